import { readdirSync, readFileSync } from 'node:fs'
import { ERROR_KINDS, fold, isGatewayError } from '@isthmus/core'
import { assertGrammar } from '@isthmus/core/testing'
import { isObject, type JsonObject } from '@isthmus/core/wire'
import t from 'tap'
import { messages } from '../src/index.ts'
import { decodeBytes, head, OPTIONS, readWithSdk, streamOf, wired } from './support.ts'

/*
 * Recorded traffic of the real service. What comes out may differ from what went in only as the tables below say, each
 * difference for a reason. A path is one of the recorded JSON, with `*` for an index.
 */

const ORPHAN = 'a result whose call is not in the turn before is refused; it is sent as text'
const REQUEST_DIFFERENCES: Readonly<Record<string, string>> = {
  stream: 'false is the default and is left out',
  tools: 'an empty list is refused by some servers and is left out',
  model: 'the recording has it in the path',
  output_format: 'the older spelling of output_config.format',
  output_config: 'the newer spelling of output_format'
}
/** Recordings whose messages are put together in another way. */
const OTHER_MESSAGES: Readonly<Record<string, string>> = {
  'anthropic-messages-01a5642c26': ORPHAN,
  'anthropic-messages-2d3bec7b13': 'an empty message is refused and is left out',
  'anthropic-messages-3c439b6714': 'neighbours of one role are merged, as the service does itself',
  'anthropic-messages-8f173940c8': 'neighbours of one role are merged, as the service does itself',
  'claude-code: image': 'neighbours of one role are merged, as the service does itself'
}
/** Requests that are refused, as the service refused them. */
const REFUSED: Readonly<Record<string, string>> = {
  'anthropic-messages-f3758c694a': 'output_format.schema'
}
const REPLY_DIFFERENCES: Readonly<Record<string, string>> = {
  stop_details: 'always written, null where there is none',
  stop_sequence: 'always written, null where there is none'
}
/** Recordings whose content is written in another way. */
const OTHER_CONTENT: Readonly<Record<string, string>> = {
  'anthropic-messages-3844b727bd': 'an empty text block says nothing, is refused when sent back, and is left out'
}
/** Members that only a whole reply can lack: the vendor's client reads them from an event that has no more. */
const STREAM_DIFFERENCES: Readonly<Record<string, string>> = {
  stop_details: 'always written, null where there is none'
}

interface Recording {
  readonly id: string
  readonly request: { readonly path: string; readonly headers?: Record<string, string>; readonly body?: unknown } | null
  readonly response: {
    readonly status: number
    readonly kind: string
    readonly headers?: Record<string, string>
    readonly body: unknown
  }
}

const shared = new URL('../../../../shared/', import.meta.url)

function load<T>(folder: string): readonly T[] {
  try {
    const at = new URL(folder, shared)
    return readdirSync(at).map(name => JSON.parse(readFileSync(new URL(name, at), 'utf8')) as T)
  } catch {
    return []
  }
}

/** differences lists the top-level members in which two objects differ. */
function differences(before: JsonObject, after: JsonObject): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].filter(name => JSON.stringify(sorted(before[name])) !== JSON.stringify(sorted(after[name])))
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map(name => [name, sorted(value[name])])
  )
}

const recordings = load<Recording>('recordings/messages/')
if (recordings.length === 0) t.comment('no recordings beside the repository: nothing to check')

t.test('recorded requests come back as they went', async t => {
  for (const { id, request } of recordings) {
    if (!isObject(request?.body)) continue
    // Counting takes the same request without its limit.
    const counting = request.path.includes('count_tokens')
    const body: JsonObject = counting ? { ...request.body, max_tokens: 1 } : request.body
    const refused = REFUSED[id]
    if (refused !== undefined) {
      t.equal(pathOf(body), refused, `${id}: is refused`)
      continue
    }
    const decoded = messages.request.decode(body, head(request.headers))
    const target = { provider: 'p', model: decoded.model }
    const after = wired(messages.request.encode(decoded, target).body)
    const { source: _, ...bare } = decoded
    const other = differences(body, after).filter(name => {
      return REQUEST_DIFFERENCES[name] === undefined && !(name === 'messages' && OTHER_MESSAGES[id] !== undefined)
    })
    t.same(other, [], `${id}: request`)
    t.same(wired(messages.request.encode(bare, target).body), after, `${id}: request without its source`)
  }
})

t.test('recorded replies read well and come back as they went', async t => {
  for (const { id, response } of recordings) {
    if (response.status !== 200) continue
    if (response.kind === 'sse') {
      for (const stream of replies(String(response.body))) {
        const events = decodeBytes([stream])
        assertGrammar(events)
        const before = await readWithSdk(stream)
        const after = await readWithSdk(streamOf(events))
        const other = differences(before, after).filter(name => {
          return STREAM_DIFFERENCES[name] === undefined && !(name === 'content' && OTHER_CONTENT[id] !== undefined)
        })
        t.same(other, [], `${id}: stream`)
      }
      continue
    }
    const body = response.body as JsonObject
    if (body.type !== 'message') continue
    const events = decodeBytes([JSON.stringify(body)], 'application/json')
    assertGrammar(events)
    const after = wired(messages.response.encode(fold(events), OPTIONS))
    t.same(
      differences(body, after).filter(name => REPLY_DIFFERENCES[name] === undefined),
      [],
      `${id}: whole`
    )
  }
})

t.test('recorded errors have a kind that tells what to do', async t => {
  const kinds: Readonly<Record<number, readonly string[]>> = {
    400: ['upstream_rejected', 'context_length'],
    401: ['upstream_denied'],
    404: ['not_found'],
    429: ['upstream_limited']
  }
  for (const { id, response } of recordings) {
    if (response.status < 400) continue
    const bytes = Buffer.from(JSON.stringify(response.body))
    const error = messages.error.decode({ status: response.status, headers: response.headers ?? {} }, bytes)
    t.ok(error.kind in ERROR_KINDS && kinds[response.status]?.includes(error.kind), `${id}: ${error.kind}`)
    t.equal(error.message, ((response.body as JsonObject).error as JsonObject).message, `${id}: message`)
  }
})

/** pathOf gives the path that a refused request is told of. */
function pathOf(body: JsonObject): string | undefined {
  try {
    messages.request.decode(body, head())
  } catch (thrown) {
    return isGatewayError(thrown) && thrown.kind === 'invalid_request' ? thrown.path : String(thrown)
  }
  return undefined
}

/**
 * replies puts back what some recorders left out and the vendor's client wants: event names, and the last blank line. A
 * recorder that put the replies of a whole tool loop into one file gives several.
 */
function replies(text: string): readonly string[] {
  const named = (line: string): string => `event: ${String((JSON.parse(line.slice(5)) as JsonObject).type)}\n${line}`
  const stream = /^event:/m.test(text) ? text : text.replace(/^data:.*$/gm, named)
  return `${stream}\n\n`.split(/(?=^event: message_start$)/m).filter(reply => reply.trim() !== '')
}

interface Capture {
  readonly what: string
  readonly request: {
    readonly method: string
    readonly url: string
    readonly headers: Record<string, string>
    readonly body: unknown
  }
}

t.test('what real clients send is read, but for kept conversations', async t => {
  const clients = (() => {
    try {
      return readdirSync(new URL('clients/captures/', shared))
    } catch {
      t.comment('no captures beside the repository: nothing to check')
      return []
    }
  })()
  for (const client of clients) {
    for (const { what, request } of load<Capture>(`clients/captures/${client}/`)) {
      if (request?.method !== 'POST' || !/^\/v1\/messages(\?|$)/.test(request.url)) continue
      const body = { ...(request.body as JsonObject) }
      // A long list that another capture has is replaced by a note.
      if (typeof body.tools === 'string') {
        delete body.tools
        delete body.tool_choice
      }
      const refused = isObject(body.thread) ? 'thread' : body.max_tokens === undefined ? 'max_tokens' : undefined
      if (refused !== undefined) {
        t.equal(pathOf(body), refused, `${client}: ${what} is refused`)
        continue
      }
      const decoded = messages.request.decode(body, head(request.headers))
      const after = wired(messages.request.encode(decoded, { provider: 'p', model: decoded.model }).body)
      const other = differences(body, after).filter(name => {
        return REQUEST_DIFFERENCES[name] === undefined && !(name === 'messages' && OTHER_MESSAGES[`${client}: ${what}`])
      })
      t.same(other, [], `${client}: ${what}`)
    }
  }
})
