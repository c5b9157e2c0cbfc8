import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { ERROR_KINDS, type EventBatch, fold } from '@isthmus/core'
import { assertGrammar } from '@isthmus/core/testing'
import { isObject, type JsonObject } from '@isthmus/core/wire'
import t, { type Test } from 'tap'
import { decodeError } from '../src/error-decode.ts'
import { encodeResponse } from '../src/response-encode.ts'
import { ARRAY, decodeReply, OPTIONS, readStream, readWhole, sse, streamOf, wired } from './support/replies.ts'

/*
 * Recorded traffic of the real service, as the vendor's own client reads it before and after. What comes out may differ
 * from what went in only as the tables below say, each difference for a reason.
 */

interface Recording {
  readonly id: string
  readonly request: { readonly path: string } | null
  readonly response: {
    readonly status: number
    readonly kind: string
    readonly headers?: Record<string, string>
    readonly body: unknown
  }
}

const FOLDER = new URL('../../../../shared/recordings/gemini/', import.meta.url)
const recordings: readonly Recording[] = existsSync(FOLDER)
  ? readdirSync(FOLDER).map(name => JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as Recording)
  : []
if (recordings.length === 0) t.comment('no recordings beside the repository: nothing to check')

/** Replies that are failures, though their status is 200. */
const FAILED: Readonly<Record<string, string>> = {
  // The service gave up in the middle, and said so after the events.
  'vertex-gemini-30fbea2ee3': 'ISTHMUS_UPSTREAM_UNAVAILABLE',
  'google-gemini-e1a3dae2a6': 'FORMAT_GEMINI_MALFORMED_CALL'
}
/** Streams whose calls come in pieces: they go out whole, which every client reads. */
const PIECES: ReadonlySet<string> = new Set([
  'google-gemini-13e6da29ec',
  'google-gemini-c2a3305121',
  'vertex-gemini-39c910a86d'
])

const succeeded = recordings.filter(({ request, response }) => {
  return response.status === 200 && !request?.path.includes(':countTokens')
})

t.test('recorded streams read well and come back as they went', async t => {
  for (const { id, response } of succeeded) {
    const { kind, body } = response
    if (kind !== 'sse' && !Array.isArray(body)) continue
    const stream = Array.isArray(body) ? sse(body) : `${String(body)}\r\n\r\n`
    const events = decodeReply([stream])
    if (checkFailed(t, id, events)) continue
    const before = await readStream(stream)
    if (PIECES.has(id)) {
      checkPieces(t, id, before, await readStream(streamOf(events)))
      continue
    }
    t.strictSame(differences(before, await readStream(streamOf(events))), [], `${id}: as events`)
    const array = JSON.parse(streamOf(events, ARRAY)) as unknown[]
    t.strictSame(differences(before, await readStream(sse(array))), [], `${id}: as an array`)
    const asArray = decodeReply([JSON.stringify(array)], 'application/json')
    t.strictSame(fold(asArray).choices.map(said), fold(events).choices.map(said), `${id}: an array is read alike`)
  }
})

t.test('recorded whole replies read well and come back as they went', async t => {
  for (const { id, response } of succeeded) {
    if (response.kind !== 'json' || Array.isArray(response.body)) continue
    const events = decodeReply([JSON.stringify(response.body)], 'application/json')
    if (checkFailed(t, id, events)) continue
    const after = wired(encodeResponse(fold(events), OPTIONS))
    t.strictSame(differences(await readWhole(response.body), await readWhole(after)), [], id)
    const streamed = await readStream(streamOf(events))
    t.strictSame(differences(await readWhole(after), streamed), [], `${id}: streamed`)
  }
})

t.test('recorded errors have a kind that tells what to do', async t => {
  const kinds: Readonly<Record<number, readonly string[]>> = {
    400: ['upstream_rejected', 'context_length', 'upstream_denied'],
    403: ['upstream_denied'],
    404: ['not_found'],
    429: ['upstream_limited']
  }
  for (const { id, response } of recordings) {
    if (response.status < 400) continue
    const bytes = Buffer.from(JSON.stringify(response.body))
    const error = decodeError({ status: response.status, headers: response.headers ?? {} }, bytes)
    t.ok(error.kind in ERROR_KINDS && kinds[response.status]?.includes(error.kind), `${id}: ${error.kind}`)
    const first: unknown = Array.isArray(response.body) ? response.body[0] : response.body
    const told = isObject(first) && isObject(first.error) ? String(first.error.message) : ''
    t.equal(error.message, told.slice(0, 2000), `${id}: message`)
  }
})

/** checkPieces: the calls have the names of the recording, in its order, and arguments that are whole. */
function checkPieces(t: Test, id: string, before: JsonObject, after: JsonObject): void {
  const calls = callsOf(after)
  const names = (all: readonly JsonObject[]): unknown[] => all.map(call => call.name).filter(name => name !== undefined)
  t.strictSame(names(calls), names(callsOf(before)), `${id}: calls`)
  for (const call of calls) {
    t.ok(
      isObject(call.args) && call.partialArgs === undefined && call.willContinue === undefined,
      `${id}: a whole call`
    )
  }
  const values = callsOf(before).flatMap(call => (Array.isArray(call.partialArgs) ? call.partialArgs : []))
  const text = JSON.stringify(calls)
  for (const patch of values) {
    const value = patch.stringValue ?? patch.numberValue
    if (value !== '') t.ok(text.includes(JSON.stringify(value)), `${id}: ${patch.jsonPath}`)
  }
}

const callsOf = (reply: JsonObject): JsonObject[] =>
  (reply.candidates as { parts: JsonObject[] }[]).flatMap(({ parts }) =>
    parts.flatMap(part => (isObject(part.functionCall) ? [part.functionCall] : []))
  )

/** checkFailed tells a reply that failed, and that it was meant to. */
function checkFailed(t: Test, id: string, events: EventBatch): boolean {
  assertGrammar(events)
  const error = events.find(event => event.type === 'error')
  const failed = error?.type === 'error' ? error.error.code : undefined
  t.equal(failed, FAILED[id], `${id}: outcome`)
  return failed !== undefined
}

const said = ({ parts, finish }: { readonly parts: readonly unknown[]; readonly finish: unknown }): unknown =>
  wired({ parts, finish })

/** differences lists the places where two values differ, but for those that are meant. */
function differences(before: unknown, after: unknown): string[] {
  return diff(before, after, '')
}

function diff(before: unknown, after: unknown, path: string): string[] {
  if (isObject(before) && isObject(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)])
    return [...names].flatMap(name => diff(before[name], after[name], path === '' ? name : `${path}.${name}`))
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length)
    return Array.from({ length }).flatMap((_, at) => diff(before[at], after[at], `${path}.*`))
  }
  if (before === after || DIFFERENCES.some(({ path: where, when }) => where.test(path) && when(before, after)))
    return []
  return [`${path}: ${JSON.stringify(before)?.slice(0, 200)} → ${JSON.stringify(after)?.slice(0, 200)}`]
}

interface Difference {
  readonly path: RegExp
  readonly when: (before: unknown, after: unknown) => boolean
  readonly why: string
}

const DIFFERENCES: readonly Difference[] = [
  {
    path: /^(responseId|modelVersion)$/,
    when: before => before === undefined,
    why: 'a reply without a name is given one, and the model is the one that was asked'
  },
  {
    path: /functionCall\.id$/,
    when: (before, after) => before === undefined && /^call_[0-9a-f]{24}$/.test(String(after)),
    why: 'a call without an id is given one, which its result can name'
  },
  {
    path: /functionCall\.args$/,
    when: (before, after) => before === undefined && JSON.stringify(after) === '{}',
    why: 'clients want arguments, even if there are none'
  }
]
