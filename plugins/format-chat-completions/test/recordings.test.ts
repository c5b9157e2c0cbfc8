import { type EventBatch, fold, type IrEvent, type ResponseDecoder } from '@isthmus/core'
import { type Allowed, assertGrammar, differences, requestHead, unexplained } from '@isthmus/core/testing'
import { isObject, type JsonObject, responseDecoder } from '@isthmus/core/wire'
import t, { type Test } from 'tap'
import { chatCompletions } from '../src/index.ts'
import { ChatReader } from '../src/response-decode.ts'
import { captures, type Recording, recordings } from './support/recordings.ts'
import { readChunks, readStream, readWhole } from './support/sdk.ts'

const all = recordings()
if (all.length === 0) t.pass('there are no recordings beside this repository; nothing was compared')

t.test('requests of real clients are read, and settle after one round', async t => {
  for (const { client, what, request } of captures()) {
    const once = roundTrip(request.body)
    t.same(roundTrip(once), once, `${client}: ${what}`)
  }
})

function roundTrip(body: unknown): unknown {
  const request = chatCompletions.request.decode(body, requestHead())
  const { body: written } = chatCompletions.request.encode(request, { provider: 'recorded', model: request.model })
  return JSON.parse(JSON.stringify(written))
}

const unused = (allowed: readonly Allowed[], used: ReadonlySet<Allowed>) =>
  allowed.filter(entry => !used.has(entry)).map(entry => entry.why)

const isNone = (was: unknown, is: unknown) => (was === null || was === '') && is === undefined
const added = (value: unknown) => (was: unknown, is: unknown) => was === undefined && is === value

const REQUEST_DIFFERENCES: readonly Allowed[] = [
  { path: /^[a-z_]+$/, when: (was, is) => was === null && is === undefined, why: 'null says the same as nothing' },
  {
    path: /^messages\[#\]\.[a-z_]+$/,
    when: (was, is) => was === null && is === undefined,
    why: 'null says the same as nothing'
  },
  {
    path: /^messages\[#\]\.content$/,
    when: (was, is) => (!was || isEmptyList(was)) && is === null,
    why: 'a turn of calls has the content null'
  },
  {
    path: /^messages\[#\]\.content$/,
    when: (was, is) => was === null && is === '',
    why: 'an empty turn has the content ""'
  },
  {
    path: /^messages\[#\]\.tool_calls$/,
    when: (was, is) => isEmptyList(was) && is === undefined,
    why: 'an empty list says nothing'
  },
  {
    path: /^messages\[#\]\.content\[#\]\.image_url$/,
    when: was => typeof was === 'string',
    why: 'the short form of one vendor'
  },
  {
    path: /^messages\[#\]\.reasoning_details\[#\]\.text$/,
    when: added(''),
    why: 'a detail of reasoning text has a text'
  },
  { path: /^stop$/, when: was => typeof was === 'string', why: 'one stop sequence is written as a list' },
  {
    path: /^(stop|tools)$/,
    when: (was, is) => isEmptyList(was) && is === undefined,
    why: 'servers refuse empty lists'
  },
  { path: /^tool_choice$/, when: (was, is) => was === 'any' && is === 'required', why: "OpenAI's word for it" },
  {
    path: /^(function_call|tool_choice)$/,
    when: (was, is) => was === 'auto' || is === 'auto',
    why: 'tools with the deprecated choice'
  },
  { path: /^stream$/, when: (was, is) => was === false && is === undefined, why: 'not to stream is the default' },
  { path: /^stream_options$/, when: was => was === undefined, why: 'usage is always asked for' },
  { path: /^tools\[#\]\.function\.description$/, when: was => was === '', why: 'servers refuse an empty description' },
  { path: /^tools\[#\]\.type$/, when: added('function'), why: 'a tool has a type' }
]

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0
}

t.test('recorded requests are written back as they were', async t => {
  const used = new Set<Allowed>()
  for (const { id, request } of all) {
    if (!isObject(request?.body)) continue
    // Some servers have the model in the path.
    const body: JsonObject = { model: 'in-the-path', ...request.body }
    const decoded = chatCompletions.request.decode(body, requestHead())
    const target = { provider: 'recorded', model: decoded.model }
    const encoded = chatCompletions.request.encode(decoded, target)
    t.same(encoded.gaps, [], `${id}: nothing is lost`)
    const found = differences(body, JSON.parse(JSON.stringify(encoded.body)))
    t.same(unexplained(found, REQUEST_DIFFERENCES, used), [], id)
    const { source: _source, ...bare } = decoded
    t.same(chatCompletions.request.encode(bare, target).body, encoded.body, `${id}: written alike without its source`)
  }
  if (all.length > 0) t.same(unused(REQUEST_DIFFERENCES, used), [], 'every difference that is allowed occurs')
})

const REPLY_DIFFERENCES: readonly Allowed[] = [
  {
    path: /^choices\[#\]\.logprobs$/,
    when: (was, is) => is === null && (was === undefined || isVoid(was)),
    why: 'null is written out'
  },
  { path: /^choices\[#\]\.message\.refusal$/, when: (was, is) => !was && is === null, why: 'null is written out' },
  { path: /^system_fingerprint$/, when: (was, is) => !was && is === null, why: 'null is written out' },
  {
    path: /^choices\[#\]\.message\.content$/,
    when: (was, is) => !was && is === null,
    why: 'an answer of calls or audio has the content null'
  },
  {
    path: /^choices\[#\]\.message\.[a-z_]+$/,
    when: (was, is) => was === null && is === undefined,
    why: 'null says the same as nothing'
  },
  {
    path: /^choices\[#\]\.message\.tool_calls$/,
    when: (was, is) => isEmptyList(was) && is === undefined,
    why: 'an empty list says nothing'
  },
  {
    path: /^choices\[#\]\.message\.function_call$/,
    when: was => isObject(was) && was.name === '',
    why: 'a call of nothing'
  },
  {
    path: /^choices\[#\]\.message\.tool_calls\[#\]\.function\.arguments$/,
    when: (was, is) => was === '' && is === '{}',
    why: 'no arguments are an empty object'
  },
  {
    path: /^choices\[#\]\.message\.content$/,
    when: was => isObject(was) || Array.isArray(was),
    why: 'content that one vendor parsed, or put reasoning into, is text'
  },
  {
    path: /^choices\[#\]\.message\.reasoning(_content|_details)?$/,
    when: was => was === undefined || was === null,
    why: 'reasoning is shown in all members of a dialect'
  },
  {
    path: /^choices\[#\]\.finish_reason$/,
    when: (was, is) => was === 'stop' && is === 'tool_calls',
    why: 'calls are there: agents stop at stop'
  },
  {
    path: /^choices\[#\]\.finish_reason$/,
    when: was => was === '',
    why: 'one vendor gives no reason'
  },
  {
    path: /^choices\[#\]\.text$/,
    when: was => was === '',
    why: 'one vendor repeats the text in the member of older completions'
  },
  { path: /^(id|model)$/, when: was => was === '' || was === undefined, why: 'a reply has an id and a model' },
  { path: /^(service_tier|system_fingerprint)$/, when: isNone, why: 'what is not known is left out' },
  { path: /^usage\.(prompt|completion)_tokens_details$/, when: isNone, why: 'null says the same as nothing' }
]

const STREAM_DIFFERENCES: readonly Allowed[] = [
  ...REPLY_DIFFERENCES,
  { path: /^(id|created)$/, why: 'all chunks have those of the first one' },
  {
    path: /^usage(\..*)?$/,
    when: was => was === null || was === undefined || was === 0 || was === 4,
    why: 'the library reads usage only in chunks with an id, and lets null undo it'
  },
  { path: /^choices\[#\]\.message\.annotations\[#\]/, why: 'the library keeps the citations of the last chunk only' },
  {
    path: /^choices\[#\]\.message\.content$/,
    when: was => String(was).includes('[object Object]'),
    why: 'the library cannot read the content lists of one vendor'
  }
]

function isVoid(logprobs: unknown): boolean {
  return isObject(logprobs) && Object.values(logprobs).every(value => value === null)
}

/** dialectOf turns on what a client of the recorded server would have been shown. */
function dialectOf(body: string): string[] {
  const dialect = ['reasoning']
  if (body.includes('"reasoning_content"')) dialect.push('reasoning_content')
  if (/"finish_reason": ?"function_call"|"function_call": ?\{"arguments": ?"[^"]/.test(body)) dialect.push('functions')
  return dialect
}

const optionsFor = (body: string) => ({
  id: 'gateway',
  created: 1,
  model: 'asked',
  includeUsage: true,
  dialect: dialectOf(body)
})

function textOf({ response }: Recording): string {
  return response.kind === 'json' ? JSON.stringify(response.body) : String(response.body)
}

function decode(recording: Recording, cut: number, decoder = decoderOf(recording)): IrEvent[] {
  const bytes = new TextEncoder().encode(textOf(recording))
  const events: EventBatch = []
  for (let at = 0; at < bytes.length; at += cut) events.push(...decoder.push(bytes.subarray(at, at + cut)))
  events.push(...decoder.end())
  return events
}

const headOf = ({ response }: Recording) => ({
  status: 200,
  headers: { 'content-type': response.kind === 'json' ? 'application/json' : 'text/event-stream' }
})
const targetOf = ({ provider, model }: Recording) => ({ provider, model: model ?? 'unknown' })
const decoderOf = (recording: Recording): ResponseDecoder =>
  chatCompletions.response.decoder(headOf(recording), targetOf(recording), undefined)

const answered = all.filter(({ response }) => response.status < 400)
/** Replies that turn into an error after a status of success. */
const BROKEN: Readonly<Record<string, string>> = {
  'groq-chat-05609382e7': 'upstream_rejected',
  'openrouter-chat-fa193150c9': 'upstream_rejected'
}

t.test('recorded replies become grammatical events, however they are cut and read', async t => {
  for (const recording of answered) {
    const { id } = recording
    const events = decode(recording, Number.MAX_SAFE_INTEGER)
    t.doesNotThrow(() => assertGrammar(events), id)
    const error = events.find(event => event.type === 'error')
    t.equal(error?.error.kind, BROKEN[id], `${id}: fails only where the recording does`)
    const told = JSON.stringify(events)
    const cut = textOf(recording).length < 20_000 ? 1 : 61
    t.equal(JSON.stringify(decode(recording, cut)), told, `${id}: in pieces of ${cut}`)
    const plain = new ChatReader(targetOf(recording), undefined, false)
    const slow = responseDecoder(headOf(recording), recording.provider, plain)
    t.equal(JSON.stringify(decode(recording, 1000, slow)), told, `${id}: without the fast path`)
  }
})

t.test('recorded whole replies are written so that the official library reads the same', async t => {
  const used = new Set<Allowed>()
  for (const recording of answered.filter(({ response }) => response.kind === 'json')) {
    const response = fold(decode(recording, Number.MAX_SAFE_INTEGER))
    const body = chatCompletions.response.encode(response, optionsFor(textOf(recording)))
    const found = differences(await readWhole(recording.response.body), await readWhole(body))
    t.same(unexplained(found, REPLY_DIFFERENCES, used), [], recording.id)
  }
  await streams(t, used)
  if (all.length > 0) t.same(unused(STREAM_DIFFERENCES, used), [], 'every difference that is allowed occurs')
})

async function streams(t: Test, used: Set<Allowed>): Promise<void> {
  for (const recording of answered.filter(({ response }) => response.kind === 'sse')) {
    const { id } = recording
    if (id in BROKEN) continue
    const before = textOf(recording)
    const events = decode(recording, Number.MAX_SAFE_INTEGER)
    const encoder = chatCompletions.response.encoder(optionsFor(before))
    const after = encoder.push(events) + encoder.end()
    t.match(after, /data: \[DONE\]\n\n$/, id)
    const is = await readStream(after)
    // The library refuses what some servers send; what the gateway makes of it, it must read.
    const was = await readStream(before).catch(() => undefined)
    if (was !== undefined) t.same(unexplained(differences(was, is), STREAM_DIFFERENCES, used), [], id)
    t.same(await piecesOf(after), await piecesOf(before), `${id}: text, reasoning and arguments are the same`)
  }
}

/** piecesOf adds up everything that grows in a stream, without asking for ids and indexes. */
async function piecesOf(stream: string): Promise<Record<string, string>> {
  const grown = { content: '', refusal: '', reasoning: '', arguments: '', names: '', finish: '', audio: '' }
  for (const chunk of await readChunks(stream)) {
    for (const choice of (chunk.choices ?? []) as unknown as JsonObject[]) {
      const delta = isObject(choice.delta) ? choice.delta : {}
      for (const piece of textsOf(delta.content, 'text')) grown.content += piece
      grown.refusal += String(delta.refusal ?? '')
      grown.reasoning += reasoningOf(delta)
      if (isObject(delta.audio)) grown.audio += String(delta.audio.data ?? '')
      for (const call of (delta.tool_calls ?? []) as JsonObject[]) {
        if (!isObject(call.function)) continue
        grown.arguments += String(call.function.arguments ?? '')
        grown.names += String(call.function.name ?? '')
      }
    }
  }
  // Empty arguments are written as an empty object.
  return { ...grown, arguments: grown.arguments.replace(/^\{\}$/, '') }
}

function textsOf(content: unknown, type: string): string[] {
  if (typeof content === 'string') return type === 'text' ? [content] : []
  if (!Array.isArray(content)) return []
  return content.flatMap((entry: JsonObject) => {
    if (entry.type !== type) return []
    const value = entry[type]
    return Array.isArray(value) ? value.map((piece: JsonObject) => String(piece.text)) : [String(value)]
  })
}

function reasoningOf(delta: JsonObject): string {
  const plain = delta.reasoning ?? delta.reasoning_content
  return typeof plain === 'string' ? plain : textsOf(delta.content, 'thinking').join('')
}

/** What the status of a recorded error does not say. */
const ERRORS: Readonly<Record<string, string>> = {
  'deepseek-chat-cd90295a4f': 'context_length',
  'ollama-chat-940cb7f006': 'context_length',
  'openrouter-chat-1596a5ce23': 'context_length',
  'perplexity-chat-49cc8b0aa5': 'context_length'
}
const STATUS_KINDS: Readonly<Record<number, string>> = {
  400: 'upstream_rejected',
  401: 'upstream_denied',
  404: 'not_found',
  429: 'upstream_limited'
}

t.test('recorded errors become an error of their kind, with the words of the upstream', async t => {
  for (const { id, response } of all.filter(({ response }) => response.status >= 400)) {
    const { status, headers } = response
    const bytes = new TextEncoder().encode(JSON.stringify(response.body))
    const error = chatCompletions.error.decode({ status, headers }, bytes)
    t.equal(error.kind, ERRORS[id] ?? STATUS_KINDS[status], id)
    t.ok(error.message.length > 10 && !error.message.includes('status'), `${id}: ${error.message}`)
  }
})
