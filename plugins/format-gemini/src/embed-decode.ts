import type { EmbedRequest, Part, RequestHead } from '@isthmus/core'
import { defined, ingressOf, invalid, isObject, type JsonObject, restOf, stringOf } from '@isthmus/core/wire'
import { CallPairs } from './call-pairs.ts'
import { SHAPES, toCamel } from './camel.ts'
import { EMBED_SHAPE, embedShape } from './embed-schema.ts'
import { withExt } from './ext.ts'
import { FORWARD } from './forward.ts'
import { bareModel, modelPath } from './model-path.ts'
import { decodeRequestPart } from './request-part.ts'
import { FORMAT } from './types.ts'

type Input = EmbedRequest['inputs'][number]

/** WireEmbed is one request as it was read: what is embedded, and what is said of it. */
interface WireEmbed {
  readonly input: Input
  readonly role: string | undefined
  readonly title: string | undefined
  /** All that the requests of a batch have to have in common. */
  readonly settings: JsonObject
}

/** decodeSingle reads the body of `:embedContent`. */
export function decodeSingle(wire: unknown, head: RequestHead): EmbedRequest {
  const model = modelPath(head).model
  return requestOf([readOne(wire, '', model)], model, head, undefined)
}

/** decodeBatch reads the body of `:batchEmbedContents`. Its requests are one request, so they may differ in little. */
export function decodeBatch(wire: unknown, head: RequestHead): EmbedRequest {
  if (!isObject(wire)) throw invalid('', 'an object', wire)
  const { requests } = wire
  if (!Array.isArray(requests) || requests.length === 0) throw invalid('requests', 'a non-empty array', requests)
  const model = modelPath(head).model
  const read = requests.map((entry, at) => readOne(entry, `requests[${at}]`, model))
  read.forEach(({ settings }, at) => {
    checkAlike(settings, read[0]!.settings, `requests[${at}]`)
  })
  return requestOf(read, model, head, restOf(wire, BATCH))
}

/** BESIDE is where members that stand beside the requests of a batch are kept among those of a request. */
export const BESIDE = 'batch'
const BATCH: ReadonlySet<string> = new Set(['requests'])
const OWN: ReadonlySet<string> = new Set(['content', 'title'])
const CONTENT: ReadonlySet<string> = new Set(['role', 'parts'])
const SETTINGS: ReadonlySet<string> = new Set(['model', 'taskType', 'outputDimensionality'])

function readOne(entry: unknown, path: string, model: string): WireEmbed {
  if (!isObject(entry)) throw invalid(path, 'an object', entry)
  const wire = toCamel(entry, EMBED_SHAPE, {})
  embedShape.check(wire, path)
  const at = path === '' ? 'content' : `${path}.content`
  if (!isObject(wire.content)) throw invalid(at, 'a content', wire.content)
  const content = toCamel(wire.content, SHAPES.content, {})
  const settings = restOf(wire, OWN) ?? {}
  const beside = restOf(content, CONTENT)
  if (beside !== undefined) settings.content = beside
  // The path says it as well, and decides.
  const named = bareModel(stringOf(settings.model) ?? '')
  if (named !== '' && model !== '' && named !== model) {
    throw invalid(path === '' ? 'model' : `${path}.model`, 'the model of the path', named)
  }
  return {
    input: decodeInput(content.parts, `${at}.parts`),
    role: stringOf(content.role),
    title: stringOf(wire.title),
    settings: named === '' ? settings : { ...settings, model: named }
  }
}

/** decodeInput reads the parts of a content: one plain text is a string. */
function decodeInput(wire: unknown, path: string): Input {
  const list: readonly unknown[] = Array.isArray(wire) ? wire : isObject(wire) ? [wire] : []
  if (list.length === 0) throw invalid(path, 'a non-empty array of parts', wire)
  const calls = new CallPairs()
  const parts = list.map((entry, at) => {
    const { part } = decodeRequestPart(entry, `${path}[${at}]`, at, calls)
    if (!isEmbedded(part)) throw invalid(`${path}[${at}]`, 'text or media', entry)
    return part
  })
  const [only] = parts
  const plain = parts.length === 1 && only?.type === 'text' && Object.keys(only).length === 2
  return plain ? only.text : parts
}

function isEmbedded({ type }: Part): boolean {
  return type === 'text' || type === 'image' || type === 'audio' || type === 'video' || type === 'file'
}

function checkAlike(settings: JsonObject, first: JsonObject, path: string): void {
  for (const name of new Set([...Object.keys(first), ...Object.keys(settings)])) {
    if (JSON.stringify(settings[name]) === JSON.stringify(first[name])) continue
    throw invalid(`${path}.${name}`, 'the same as in the first request', settings[name])
  }
}

function requestOf(
  read: readonly WireEmbed[],
  path: string,
  head: RequestHead,
  beside: JsonObject | undefined
): EmbedRequest {
  const { settings, title, role } = read[0]!
  const differ = read.some(one => one.title !== title)
  const request = defined({
    op: 'embed',
    model: path === '' ? (stringOf(settings.model) ?? '') : path,
    inputs: read.map(({ input }) => input),
    dimensions: settings.outputDimensionality as number | undefined,
    task: stringOf(settings.taskType),
    title: differ ? undefined : title,
    titles: differ ? read.map(one => one.title ?? '') : undefined,
    ingress: ingressOf(FORMAT, head, FORWARD.request)
  } as const)
  // A role says nothing about what is embedded; only a client of this format sees it again.
  const spoken = role !== undefined && read.every(one => one.role === role)
  let rest = restOf(settings, SETTINGS)
  if (beside !== undefined) rest = { ...rest, [BESIDE]: beside }
  return withExt<EmbedRequest>(request, rest, spoken ? { role } : undefined)
}
