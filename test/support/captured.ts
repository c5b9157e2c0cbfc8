import type { Test } from 'tap'
import type { Capture } from './shared.ts'

/* What the client of a captured request needs of its answer: the status, the shape of its own format, and whole frames. */

/** Answered is what the gateway answered. */
export interface Answered {
  readonly status: number
  readonly type: string
  readonly text: string
}

type Json = Readonly<Record<string, unknown>>

/** API is a family of routes with shapes of its own. */
interface Api {
  /** Whole answers, by the end of the path. */
  readonly whole: readonly (readonly [RegExp, object])[]
  readonly list: object
  readonly one: object
  readonly error: object
  stream(t: Test, title: string, text: string, capture: Capture): void
}

const OPENAI = {
  list: { object: 'list', data: Array },
  one: { id: /./, object: 'model' },
  error: { error: { message: /./, type: /./ } }
}
const CHAT_CHOICE = { index: 0, message: { role: 'assistant' }, finish_reason: /./ }
const GEMINI_CANDIDATE = { content: { role: 'model', parts: [{}] }, finishReason: /./ }

const APIS: Readonly<Record<string, Api>> = {
  chat: {
    ...OPENAI,
    whole: [
      [/\/chat\/completions$/, { object: 'chat.completion', choices: [CHAT_CHOICE] }],
      [/\/completions$/, { object: 'text_completion', choices: [{ index: 0, text: /./, finish_reason: /./ }] }],
      [/\/embeddings$/, { object: 'list', data: [{ object: 'embedding', index: 0 }], usage: { total_tokens: Number } }]
    ],
    stream: chatStream
  },
  responses: {
    ...OPENAI,
    whole: [
      [/\/responses$/, { object: 'response', status: 'completed', output: Array, usage: { output_tokens: Number } }],
      [/\/input_tokens$/, { object: 'response.input_tokens', input_tokens: Number }]
    ],
    stream: responsesStream
  },
  messages: {
    whole: [
      [
        /\/messages$/,
        { type: 'message', role: 'assistant', content: Array, stop_reason: /./, usage: { output_tokens: Number } }
      ],
      [/\/count_tokens$/, { input_tokens: Number }]
    ],
    list: { data: Array, has_more: Boolean },
    one: { id: /./, type: 'model' },
    error: { type: 'error', error: { type: /./, message: /./ }, request_id: /./ },
    stream: messagesStream
  },
  gemini: {
    whole: [
      [/:generateContent$/, { candidates: [GEMINI_CANDIDATE], usageMetadata: { promptTokenCount: Number } }],
      [/:countTokens$/, { totalTokens: Number }],
      [/:batchEmbedContents$/, { embeddings: [{ values: [Number] }] }]
    ],
    list: { models: Array },
    one: { name: /^models\// },
    error: { error: { code: Number, message: /./, status: /^[A-Z_]+$/ } },
    stream: geminiStream
  }
}

function apiOf({ client, request }: Capture): Api {
  const path = request.url.replace(/\?.*/, '')
  if (/\/messages|\/api\/hello/.test(path) || 'anthropic-version' in request.headers) return APIS.messages as Api
  if (/:\w+$/.test(path) || client === 'google-genai') return APIS.gemini as Api
  return (/\/responses/.test(path) ? APIS.responses : APIS.chat) as Api
}

/** checkAnswer holds an answer to what its client needs. `refused` is the status and the words of one that is meant. */
export function checkAnswer(t: Test, capture: Capture, answer: Answered, refused?: readonly [number, RegExp]): void {
  const { name, request } = capture
  const { status, type, text } = answer
  const api = apiOf(capture)
  const path = request.url.replace(/\?.*/, '')
  const [expected, said] = refused ?? [200, undefined]
  const title = `${name}: ${capture.what}`
  if (status !== expected) t.fail(title, { status, text: text.slice(0, 500) })
  else if (request.method === 'HEAD') t.equal(text, '', title)
  else if (said !== undefined) {
    t.match(JSON.parse(text), api.error, title)
    t.match(text, said, title)
  } else if (request.method === 'GET') {
    t.match(JSON.parse(text), /\/models\/[^/?]+/.test(path) ? api.one : api.list, title)
  } else if (request.body?.stream === true || path.endsWith(':streamGenerateContent')) {
    t.match(type, 'text/event-stream', title)
    t.ok(text.endsWith('\n\n'), title)
    api.stream(t, title, text, capture)
  } else {
    t.match(type, 'application/json', title)
    t.match(JSON.parse(text), api.whole.find(([end]) => end.test(path))?.[1] ?? {}, title)
  }
}

/** eventsIn reads frames the way the strictest clients do: each has its lines, and nothing else. */
function eventsIn(text: string): readonly (readonly [event: string | undefined, data: Json])[] {
  return text
    .split('\n\n')
    .slice(0, -1)
    .map(frame => {
      const [, event, data = ''] = /^(?:event: (.*)\n)?data: (.*)$/.exec(frame) ?? []
      return [event, JSON.parse(data) as Json]
    })
}

function chatStream(t: Test, title: string, text: string): void {
  t.ok(text.endsWith('\n\ndata: [DONE]\n\n'), title)
  const chunks = eventsIn(text.slice(0, -'data: [DONE]\n\n'.length)).map(([, data]) => data)
  t.ok(
    chunks.every(chunk => Array.isArray(chunk.choices)),
    title
  )
  const ends = chunks.flatMap(chunk => (chunk.choices as Json[]).flatMap(choice => choice.finish_reason ?? []))
  t.equal(ends.length, 1, title)
}

function responsesStream(t: Test, title: string, text: string): void {
  const events = eventsIn(text)
  t.ok(
    events.every(([event, { type, sequence_number }], at) => event === type && sequence_number === at),
    title
  )
  const first = { type: 'response.created', response: { id: /./, status: 'in_progress', output: [] } }
  const last = { type: 'response.completed', response: { id: /./, status: 'completed', output: Array, usage: Object } }
  t.match(events[0]?.[1], first, title)
  t.match(events.at(-1)?.[1], last, title)
}

function messagesStream(t: Test, title: string, text: string): void {
  const events = eventsIn(text)
  t.ok(
    events.every(([event, { type }]) => event === type),
    title
  )
  t.match(events[0]?.[1], { type: 'message_start', message: { content: [], usage: { input_tokens: Number } } }, title)
  t.match(events.at(-2)?.[1], { type: 'message_delta', delta: { stop_reason: /./ }, usage: Object }, title)
  t.equal(events.at(-1)?.[0], 'message_stop', title)
}

function geminiStream(t: Test, title: string, text: string, { request }: Capture): void {
  const chunks = eventsIn(text)
  t.ok(
    chunks.every(([event]) => event === undefined),
    title
  )
  // Clients lose a turn in which a chunk has no part, but for those of the older SDK, which lose one with an empty part.
  const older = String(request.headers['x-goog-api-client']).includes('genai-js/')
  const parts = older ? Array : [{}]
  for (const [, chunk] of chunks) t.match(chunk, { candidates: [{ content: { role: 'model', parts } }] }, title)
  if (older) t.notMatch(text, '"text":""', title)
  t.match(chunks.at(-1)?.[1], { candidates: [{ finishReason: /./ }], usageMetadata: Object }, title)
}
