import { isObject, type JsonObject, put, stringOf } from '@isthmus/core/wire'

/*
 * The cloud service may stream the arguments of a call as patches: a path into the object and a value, of which a string
 * may come in pieces. Paths come from a model, so what they may reach is bounded.
 */

const MAX_DEPTH = 64
/** A list may grow by one element at a time, or by a few that were left out. */
const MAX_SKIPPED = 64

/** A path such as `$.days[0]['first name']`. */
const STEP = /\.([^.[\]]+)|\[(\d+)\]|\[(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\]/y

/** applyPatch writes one patch into the arguments. One that makes no sense gives false and changes nothing. */
export function applyPatch(args: JsonObject, patch: unknown): boolean {
  if (!isObject(patch)) return false
  const path = stepsOf(stringOf(patch.jsonPath) ?? '')
  const value = patchValue(patch)
  if (path === undefined || value === undefined) return false
  let node: JsonObject | unknown[] = args
  for (let at = 0; at < path.length - 1; at++) {
    const step = path[at]!
    if (!allows(node, step)) return false
    let next = read(node, step)
    if (next === undefined || next === null) {
      next = typeof path[at + 1] === 'number' ? [] : {}
      write(node, step, next)
    }
    if (!isObject(next) && !Array.isArray(next)) return false
    node = next
  }
  const last = path.at(-1)!
  if (!allows(node, last)) return false
  const before = read(node, last)
  const joined = typeof before === 'string' && typeof value === 'string' ? before + value : value
  write(node, last, joined)
  return true
}

type Step = string | number

function stepsOf(path: string): readonly Step[] | undefined {
  if (!path.startsWith('$')) return undefined
  const steps: Step[] = []
  STEP.lastIndex = 1
  while (STEP.lastIndex < path.length) {
    const found = STEP.exec(path)
    if (found === null || steps.length >= MAX_DEPTH) return undefined
    const [, name, index, single, double] = found
    const quoted = single ?? double
    steps.push(index !== undefined ? Number(index) : (name ?? (quoted as string).replace(/\\(.)/g, '$1')))
  }
  return steps.length === 0 ? undefined : steps
}

function patchValue(patch: JsonObject): unknown {
  if ('nullValue' in patch) return null
  return patch.stringValue ?? patch.numberValue ?? patch.boolValue
}

/** allows tells whether a node may have the member: an object any name, a list a place near its end. */
function allows(node: JsonObject | unknown[], step: Step): boolean {
  if (!Array.isArray(node)) return typeof step === 'string'
  return typeof step === 'number' && step <= node.length + MAX_SKIPPED
}

function read(node: JsonObject | unknown[], step: Step): unknown {
  if (Array.isArray(node)) return node[step as number]
  return Object.hasOwn(node, step) ? node[step as string] : undefined
}

function write(node: JsonObject | unknown[], step: Step, value: unknown): void {
  if (!Array.isArray(node)) {
    put(node, step as string, value)
    return
  }
  while (node.length < (step as number)) node.push(null)
  node[step as number] = value
}
