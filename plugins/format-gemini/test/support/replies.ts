import { type GenerateContentResponse, GoogleGenAI } from '@google/genai'
import { type EventBatch, fold, isGatewayError, type Part, type ReplyOptions, type Target } from '@isthmus/core'
import { assertGrammar } from '@isthmus/core/testing'
import { isObject, type JsonObject } from '@isthmus/core/wire'
import { geminiDecoder } from '../../src/response-decode.ts'
import { geminiStreamEncoder } from '../../src/stream-encode.ts'

export const TARGET: Target = { provider: 'p', model: 'gemini-test' }
export const OPTIONS: ReplyOptions = { id: 'x1', created: 1, model: 'asked', includeUsage: true, dialect: [] }
export const ARRAY: ReplyOptions = { ...OPTIONS, dialect: ['array'] }

/** wired is what is left of a value on the wire. */
export const wired = (value: unknown): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject

/** decodeReply reads a reply from one or more chunks of bytes. */
export function decodeReply(
  chunks: readonly (string | Uint8Array)[],
  type = 'text/event-stream',
  context?: unknown
): EventBatch {
  const decoder = geminiDecoder({ status: 200, headers: { 'content-type': type } }, TARGET, context)
  const events = chunks.flatMap(chunk => decoder.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk))
  return [...events, ...decoder.end()]
}

/** decodeWhole reads a reply that is one object. */
export const decodeWhole = (body: unknown, context?: unknown): EventBatch =>
  decodeReply([JSON.stringify(body)], 'application/json', context)

/** decodeChunks reads a stream of replies. */
export const decodeChunks = (chunks: readonly unknown[], context?: unknown): EventBatch =>
  decodeReply([sse(chunks)], 'text/event-stream', context)

/** sse writes chunks as the service does. */
export const sse = (chunks: readonly unknown[]): string =>
  chunks.map(chunk => `data: ${JSON.stringify(chunk)}\r\n\r\n`).join('')

/** saying makes a chunk with some parts. */
export function saying(parts: readonly unknown[], more: JsonObject = {}, reply: JsonObject = {}): JsonObject {
  return {
    candidates: [{ content: { parts, role: 'model' }, index: 0, ...more }],
    modelVersion: 'gemini-test',
    responseId: 'r1',
    ...reply
  }
}

export const STOP = { finishReason: 'STOP' }

/** choice gives the only choice of a reply that is one. */
export function choice(events: EventBatch): { readonly parts: readonly Part[]; readonly finish: JsonObject } {
  assertGrammar(events)
  const { parts, finish } = fold(events).choices[0]!
  return { parts, finish: wired(finish) }
}

/** errorOf gives the error that a reply ended with. */
export function errorOf(events: EventBatch): {
  readonly code: string
  readonly kind: string
  readonly message: string
} {
  assertGrammar(events)
  const event = events.find(({ type }) => type === 'error')
  if (event?.type !== 'error' || !isGatewayError(event.error)) throw new Error('the reply did not fail')
  return event.error
}

/** streamOf encodes events as a client's stream. */
export function streamOf(events: EventBatch, options = OPTIONS): string {
  const encoder = geminiStreamEncoder(options)
  return encoder.push(events) + encoder.end()
}

/** chunksOf gives the objects of a stream of server-sent events. */
export const chunksOf = (stream: string): JsonObject[] =>
  stream
    .split('\n\n')
    .filter(event => event !== '')
    .map(event => JSON.parse(event.replace(/^data: /, '')) as JsonObject)

/** sdk is the vendor's own client, with a server that always answers the same. */
export function sdk(body: string, type: string, status = 200): GoogleGenAI {
  const headers = { 'content-type': type }
  const fetch = async (): Promise<Response> => new Response(body, { status, headers })
  return new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: 'http://127.0.0.1', fetch } })
}

const ASK = { model: 'gemini-test', contents: 'hello' }

/** readStream gives what the vendor's client makes of a stream. */
export async function readStream(stream: string): Promise<JsonObject> {
  const folded = new Folded()
  for await (const chunk of await sdk(stream, 'text/event-stream').models.generateContentStream(ASK)) folded.add(chunk)
  return folded.result()
}

/** readWhole gives what the vendor's client makes of a whole reply. */
export async function readWhole(body: unknown): Promise<JsonObject> {
  const folded = new Folded()
  folded.add(await sdk(JSON.stringify(body), 'application/json').models.generateContent(ASK))
  return folded.result()
}

/** Folded puts together what the chunks of a reply say. */
class Folded {
  #candidates = new Map<number, { parts: JsonObject[]; members: JsonObject }>()
  #reply: JsonObject = {}

  add(response: GenerateContentResponse): void {
    const { candidates, sdkHttpResponse: _, ...rest } = wired(response)
    Object.assign(this.#reply, rest)
    for (const [at, candidate] of ((candidates ?? []) as JsonObject[]).entries()) {
      const { content, index, ...members } = candidate
      const known = this.#candidates.get(Number(index ?? at)) ?? { parts: [], members: {} }
      this.#candidates.set(Number(index ?? at), known)
      const parts = isObject(content) && Array.isArray(content.parts) ? (content.parts as JsonObject[]) : []
      for (const part of parts) addPart(known.parts, part)
      for (const [name, value] of Object.entries(members)) addMember(known.members, name, value)
    }
  }

  result(): JsonObject {
    const candidates = [...this.#candidates].sort(([a], [b]) => a - b)
    return { ...this.#reply, candidates: candidates.map(([, { parts, members }]) => ({ parts, ...members })) }
  }
}

/** addPart joins pieces of a text. A signature belongs to what was said before it, if that has none. */
function addPart(parts: JsonObject[], part: JsonObject): void {
  const last = parts.at(-1)
  const isPlain = typeof part.text === 'string' && Object.keys(part).every(name => TEXT.has(name))
  // Text that says nothing, unsigned, is only there because a chunk needs a part.
  if (part.text === '' && Object.keys(part).every(name => name === 'text' || name === 'thought')) return
  const grows = isPlain && typeof last?.text === 'string' && last.thought === part.thought
  if (!grows || last.thoughtSignature !== undefined || !Object.keys(last).every(name => TEXT.has(name))) {
    parts.push({ ...part })
    return
  }
  last.text = `${String(last.text)}${String(part.text)}`
  if (part.thoughtSignature !== undefined) last.thoughtSignature = part.thoughtSignature
}

const TEXT = new Set(['text', 'thought', 'thoughtSignature'])

/** addMember: the last chunk that says something of a member counts, and recitations add up. */
function addMember(members: JsonObject, name: string, value: unknown): void {
  const before = members[name]
  if (name === 'citationMetadata' && isObject(before) && isObject(value)) {
    const all = ['citations', 'citationSources'].flatMap(key => {
      const lists = [before[key], value[key]].filter(Array.isArray)
      return lists.length === 0 ? [] : [[key, lists.flat()]]
    })
    members[name] = { ...before, ...value, ...Object.fromEntries(all) }
  } else if (isObject(before) && isObject(value)) members[name] = { ...before, ...value }
  else members[name] = value
}
