import { fold, type IrEvent, type ResponseDecoder } from '@isthmus/core'
import { type Allowed, assertGrammar, differences, replyOptions, unexplained } from '@isthmus/core/testing'
import { isObject, responseDecoder } from '@isthmus/core/wire'
import t, { type Test } from 'tap'
import { responses } from '../src/index.ts'
import { ResponsesReader } from '../src/response-decode.ts'
import { type Recording, recordings } from './support/recordings.ts'
import { framesOf, lastResponse, readStream, readWhole, streamOf } from './support/sdk.ts'

const all = recordings()
if (all.length === 0) t.comment('there are no recordings beside this repository; nothing was compared')

/** Lists of items, compacted conversations and deletions are answers of other routes. */
const isAnswer = ({ response }: Recording): boolean =>
  response.status < 400 && (response.kind === 'sse' || (isObject(response.body) && response.body.object === 'response'))
const answered = all.filter(isAnswer)

/** Replies that turn into an error after a status of success. */
const BROKEN: Readonly<Record<string, string>> = {
  'openai-responses-405a9c168a': 'upstream_denied'
}

const textOf = ({ response }: Recording): string =>
  response.kind === 'json' ? JSON.stringify(response.body) : String(response.body)
const headOf = ({ response }: Recording) => ({
  status: 200,
  headers: { 'content-type': response.kind === 'json' ? 'application/json' : 'text/event-stream' }
})
const targetOf = ({ provider, model }: Recording) => ({ provider, model: model ?? 'unknown' })

function decode(recording: Recording, cut = Number.MAX_SAFE_INTEGER, decoder?: ResponseDecoder): IrEvent[] {
  const bytes = new TextEncoder().encode(textOf(recording))
  const reader = decoder ?? responses.response.decoder(headOf(recording), targetOf(recording), undefined)
  const events: IrEvent[] = []
  for (let at = 0; at < bytes.length; at += cut) events.push(...reader.push(bytes.subarray(at, at + cut)))
  events.push(...reader.end())
  return events
}

t.test('recorded replies become grammatical events, however they are cut and read', async t => {
  for (const recording of answered) {
    const { id } = recording
    const events = decode(recording)
    t.doesNotThrow(() => assertGrammar(events), id)
    const error = events.find(event => event.type === 'error')
    t.equal(error?.error.kind, BROKEN[id], `${id}: fails only where the recording does ${error?.error.message ?? ''}`)
    const told = JSON.stringify(events)
    const cut = textOf(recording).length < 20_000 ? 1 : 61
    t.equal(JSON.stringify(decode(recording, cut)), told, `${id}: in pieces of ${cut}`)
    const plain = new ResponsesReader(targetOf(recording), undefined, false)
    const slow = responseDecoder(headOf(recording), recording.provider, plain)
    t.equal(JSON.stringify(decode(recording, 1000, slow)), told, `${id}: without the fast path`)
  }
})

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0
const isAdded = (was: unknown, is: unknown): boolean => was === undefined && is !== undefined

const DIFFERENCES: readonly Allowed[] = [
  {
    path: /^[a-z_]+$/,
    when: isAdded,
    why: 'a response has all the members that strict clients read'
  },
  {
    path: /^id$/,
    when: was => !String(was).startsWith('resp_'),
    why: 'the id of a response is one of this format'
  },
  {
    path: /^output\[#\]\.content$/,
    when: (was, is) => isEmptyList(was) && is === undefined,
    why: 'reasoning without a text of its own says so by leaving it out'
  },
  {
    path: /^output\[#\]\.content\[#\]\.logprobs$/,
    when: (was, is) => was === undefined && isEmptyList(is),
    why: 'clients read the list, also where it is empty'
  },
  {
    path: /^output\[#\]\.encrypted_content$/,
    when: (was, is) => typeof was === 'string' && typeof is === 'string',
    why: 'the service seals the same state anew each time it tells it; the end of the item tells the one that counts'
  },
  {
    path: /^output\[#\]\.id$/,
    when: was => String(was).startsWith('rs_'),
    why: 'one server gives an item another id in each event, and one gives several items the same'
  },
  {
    path: /^usage$/,
    when: (was, is) => was === null && is === undefined,
    why: 'what nobody counted is left out'
  },
  {
    path: /^output_text$/,
    when: was => was === '',
    why: 'a convenience of the library, which one server writes as well'
  }
]

const unused = (used: ReadonlySet<Allowed>) => DIFFERENCES.filter(entry => !used.has(entry)).map(entry => entry.why)

t.test('recorded replies are written so that the official library reads the same', async t => {
  const used = new Set<Allowed>()
  for (const recording of answered.filter(({ response }) => response.kind === 'json')) {
    const body = responses.response.encode(fold(decode(recording)), replyOptions())
    const found = differences(await readWhole(recording.response.body), await readWhole(body))
    t.same(unexplained(found, DIFFERENCES, used), [], recording.id)
  }
  for (const recording of answered.filter(({ response }) => response.kind === 'sse')) await stream(t, recording, used)
  if (all.length > 0) t.same(unused(used), [], 'every difference that is allowed occurs')
})

async function stream(t: Test, recording: Recording, used: Set<Allowed>): Promise<void> {
  const { id, provider } = recording
  if (id in BROKEN || SHORTENED.has(id)) return
  const before = textOf(recording)
  const after = streamOf(decode(recording))
  const found = differences(lastResponse(before), lastResponse(after))
  t.same(unexplained(found, DIFFERENCES, used), [], id)
  if (!PIECELESS.has(provider)) t.same(piecesOf(after), piecesOf(before), `${id}: what grows is the same`)
  const numbers = framesOf(after).map(frame => frame.sequence_number)
  t.same(numbers, [...numbers.keys()], `${id}: the events are numbered`)
  // The library refuses what it does not know; whatever it takes of the service it must take of the gateway.
  const was = await readStream(before).catch(() => undefined)
  if (was === undefined) return
  const is = await readStream(after)
  t.same(unexplained(differences(was, is), DIFFERENCES, used), [], `${id}: as the library reads it`)
}

/** Samples that were shortened: their pieces are not their whole. */
const SHORTENED: ReadonlySet<string> = new Set(['openai-responses-90fff829b0', 'openai-responses-d67e81a63f'])
/** Servers that tell the whole without its pieces. */
const PIECELESS: ReadonlySet<string> = new Set(['lmstudio'])

/** piecesOf adds up what grows in a stream, by the type of event. */
function piecesOf(text: string): Record<string, string> {
  const grown: Record<string, string> = {}
  for (const { type, delta } of framesOf(text)) {
    if (typeof delta === 'string') grown[String(type)] = (grown[String(type)] ?? '') + delta
  }
  return grown
}

const KINDS: Readonly<Record<number, string>> = { 400: 'upstream_rejected', 401: 'upstream_denied', 404: 'not_found' }
/** What the status of a recorded error does not say. */
const ERRORS: Readonly<Record<string, string>> = {
  'openai-responses-bb5fc8942c': 'context_length',
  'openai-responses-d206f4723e': 'upstream_denied'
}

t.test('recorded errors become an error of their kind, with the words of the upstream', async t => {
  for (const { id, response } of all.filter(({ response }) => response.status >= 400)) {
    const { status, headers } = response
    const bytes = new TextEncoder().encode(JSON.stringify(response.body))
    const error = responses.error.decode({ status, headers }, bytes)
    t.equal(error.kind, ERRORS[id] ?? KINDS[status], `${id}: ${error.message}`)
    t.ok(error.message.length > 10 && !error.message.includes('status'), `${id}: ${error.message}`)
  }
})
