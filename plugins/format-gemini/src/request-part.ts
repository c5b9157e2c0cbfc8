import type { Part, Seal } from '@isthmus/core'
import { invalid, isObject, type JsonObject, restOf, stringOf } from '@isthmus/core/wire'
import { SHAPES, type SnakeNames, toCamel } from './camel.ts'
import { spellingWith, withExt } from './ext.ts'
import { decodeHosted, hostedMember } from './hosted.ts'
import { decodeFileData, decodeInline } from './media-decode.ts'
import { partShape } from './request-schema.ts'
import { type DecodedPart, decodeSignature } from './seals.ts'
import { FORMAT, SPELLING, type Spelling } from './types.ts'

/** CallReader reads what a conversation must be known for: calls and their results, which may have no ids. */
export interface CallReader {
  call(name: string, id: string | undefined, at: number): string
  result(part: JsonObject, path: string): Part
}

/** decodeRequestPart reads one part of a turn. What is not understood stays as it is. */
export function decodeRequestPart(entry: unknown, path: string, at: number, calls: CallReader): DecodedPart {
  if (!isObject(entry)) throw invalid(path, 'a part', entry)
  if (isText(entry)) return { part: { type: 'text', text: entry.text }, envelope: undefined }
  const snake: SnakeNames = {}
  const wire = toCamel(entry, SHAPES.part, snake)
  partShape.check(wire, path)
  const data = DATA.filter(name => isObject(wire[name]) || (name === 'text' && wire.text))
  if (data.length > 1) throw invalid(path, `one of ${data.join(' and ')}`, wire)
  const signature = stringOf(wire.thoughtSignature)
  const carried = signature ? decodeSignature(signature) : undefined
  const read = decodeData(wire, path, at, calls)
  if (read === undefined) return { part: opaque(entry) }
  // Of a tool that the service runs, and of what is not understood, the whole part is kept, its signature included.
  if (read.type === 'hosted_call' || read.type === 'hosted_result') {
    return { part: { ...read, native: { format: FORMAT, object: entry } } }
  }
  let part = carried === undefined ? read : sealed(read, carried.seal)
  if (signature === '') part = withExt(part, { ...part.ext?.[FORMAT], thoughtSignature: '' })
  if (Object.keys(snake).length > 0) {
    part = withExt(part, undefined, spellingWith(snake, part.ext?.[SPELLING] as Spelling | undefined))
  }
  return { part, envelope: carried?.envelope }
}

/** isText tells a part that is a text and no more, as most are. */
function isText(entry: JsonObject): entry is { readonly text: string } {
  for (const key in entry) if (key !== 'text') return false
  return typeof entry.text === 'string'
}

/** A thought without words is one that the model keeps to itself. */
function sealed(part: Part, seal: Seal): Part {
  if (part.type !== 'reasoning' || part.text !== '') return { ...part, seal }
  const { text: _, ...rest } = part
  return { ...rest, hidden: true, seal }
}

/** What a part is; the service refuses one that is two things. */
const DATA = [
  'text',
  'functionCall',
  'functionResponse',
  'inlineData',
  'fileData',
  'executableCode',
  'codeExecutionResult',
  'toolCall',
  'toolResponse'
]
const TEXT: ReadonlySet<string> = new Set(['text', 'thoughtSignature'])
const THOUGHT: ReadonlySet<string> = new Set([...TEXT, 'thought'])
const CALL: ReadonlySet<string> = new Set(['functionCall', 'thoughtSignature'])
const CALL_DATA: ReadonlySet<string> = new Set(['id', 'name', 'args'])

function decodeData(wire: JsonObject, path: string, at: number, calls: CallReader): Part | undefined {
  const blank = wire.text === '' && DATA.some(name => isObject(wire[name]))
  if (typeof wire.text === 'string' && !blank) {
    if (wire.thought !== true) return withExt<Part>({ type: 'text', text: wire.text }, restOf(wire, TEXT))
    return withExt<Part>({ type: 'reasoning', text: wire.text, hidden: false }, restOf(wire, THOUGHT))
  }
  if (isObject(wire.functionCall)) return decodeCall(wire, wire.functionCall, at, calls)
  if (isObject(wire.functionResponse)) return calls.result(wire, path)
  if (isObject(wire.inlineData)) return decodeInline(wire)
  if (isObject(wire.fileData)) return decodeFileData(wire)
  const hosted = hostedMember(wire)
  if (hosted !== undefined) return decodeHosted(wire, hosted)
  return isBare(wire) ? decodeData({ ...wire, text: '' }, path, at, calls) : undefined
}

/** isBare tells a part that has only a signature left: clients drop a text that is empty. */
function isBare(wire: JsonObject): boolean {
  return stringOf(wire.thoughtSignature) !== undefined && restOf(wire, THOUGHT) === undefined
}

function decodeCall(wire: JsonObject, call: JsonObject, at: number, calls: CallReader): Part {
  const name = call.name as string
  const id = stringOf(call.id) || undefined
  const { args } = call
  const inner = restOf(call, CALL_DATA)
  let rest = restOf(wire, CALL)
  if (inner !== undefined) rest = { ...rest, functionCall: inner }
  const spelling: Spelling | undefined =
    id !== undefined && args !== undefined
      ? undefined
      : { ...(id === undefined && { noId: true }), ...(args === undefined && { noArgs: true }) }
  return withExt<Part>(
    {
      type: 'tool_call',
      id: calls.call(name, id, at),
      name,
      kind: 'function',
      argsText: args === undefined ? '{}' : JSON.stringify(args)
    },
    rest,
    spelling
  )
}

function opaque(object: JsonObject): Part {
  return { type: 'opaque', native: { format: FORMAT, object }, replay: 'same_dialect' }
}
