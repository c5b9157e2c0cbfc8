import { type EventBatch, fold } from '@isthmus/core'
import { type Allowed, assertGrammar, differences, replyOptions, requestHead, unexplained } from '@isthmus/core/testing'
import { isObject } from '@isthmus/core/wire'
import t from 'tap'
import { completions } from '../src/index.ts'
import { type Recording, recordings } from './support/recordings.ts'
import { joined, readPieces, readWhole } from './support/sdk.ts'

const all = recordings()
if (all.length === 0) t.pass('there are no recordings beside this repository; nothing was compared')
const answered = all.filter(({ response }) => response.status < 400)
const unused = (allowed: readonly Allowed[], used: ReadonlySet<Allowed>) =>
  allowed.filter(entry => !used.has(entry)).map(entry => entry.why)

const isEmpty = (value: unknown) => isObject(value) && Object.keys(value).length === 0

const REQUEST_DIFFERENCES: readonly Allowed[] = [
  { path: /^[a-z_]+$/, when: (was, is) => was === null && is === undefined, why: 'null says the same as nothing' },
  { path: /^logit_bias$/, when: (was, is) => isEmpty(was) && is === undefined, why: 'an empty bias asks for nothing' },
  { path: /^prompt$/, when: (was, is) => Array.isArray(was) && is === was[0], why: 'a list of one prompt is that one' },
  { path: /^stop$/, when: was => typeof was === 'string', why: 'one stop sequence is written as a list' },
  { path: /^stream_options$/, when: was => was === undefined, why: 'usage is always asked for' }
]

t.test('recorded requests are written back as they were', async t => {
  const used = new Set<Allowed>()
  for (const { id, request } of all) {
    if (request === null) continue
    const decoded = completions.request.decode(request.body, requestHead())
    const { body, gaps } = completions.request.encode(decoded, { provider: 'recorded', model: decoded.model })
    t.same(gaps, [], `${id}: nothing is lost`)
    t.same(unexplained(differences(request.body, JSON.parse(JSON.stringify(body))), REQUEST_DIFFERENCES, used), [], id)
  }
  if (all.length > 0) t.same(unused(REQUEST_DIFFERENCES, used), [], 'every difference that is allowed occurs')
})

function decode({ provider, response }: Recording, cut = Number.MAX_SAFE_INTEGER): EventBatch {
  const type = response.kind === 'json' ? 'application/json' : 'text/event-stream'
  const head = { status: 200, headers: { 'content-type': type } }
  const decoder = completions.response.decoder(head, { provider, model: 'recorded' }, undefined)
  const text = response.kind === 'json' ? JSON.stringify(response.body) : String(response.body)
  const bytes = new TextEncoder().encode(text)
  const events: EventBatch = []
  for (let at = 0; at < bytes.length; at += cut) events.push(...decoder.push(bytes.subarray(at, at + cut)))
  return [...events, ...decoder.end()]
}

t.test('recorded replies become grammatical events, however they are cut', async t => {
  for (const recording of answered) {
    const events = decode(recording)
    t.doesNotThrow(() => assertGrammar(events), recording.id)
    t.notOk(
      events.some(({ type }) => type === 'error' || type === 'notice'),
      recording.id
    )
    for (const cut of [1, 61]) t.equal(JSON.stringify(decode(recording, cut)), JSON.stringify(events), recording.id)
  }
})

const REPLY_DIFFERENCES: readonly Allowed[] = [
  { path: /^object$/, when: was => was === 'completion.chunk', why: 'the name of the object at one vendor' },
  { path: /^choices\[#\]\.logprobs$/, when: (was, is) => was === undefined && is === null, why: 'null is written out' },
  {
    path: /^choices\[#\]\.finish_reason$/,
    when: (was, is) => was === 'eos' && is === 'stop',
    why: 'the word of one vendor for stop'
  },
  { path: /^choices\[#\]\.delta$/, when: (_was, is) => is === undefined, why: 'one vendor says every text twice' },
  {
    path: /^usage\.completion_tokens$/,
    when: (was, is) => was === undefined && is === 0,
    why: 'a count of nothing is written down'
  }
]

t.test('recorded replies are written so that the official library reads the same', async t => {
  const used = new Set<Allowed>()
  for (const recording of answered) {
    const { id, response } = recording
    const events = decode(recording)
    if (response.kind === 'json') {
      const body = completions.response.encode(fold(events), replyOptions())
      const found = differences(await readWhole(response.body), await readWhole(body))
      t.same(unexplained(found, REPLY_DIFFERENCES, used), [], id)
      continue
    }
    const encoder = completions.response.encoder(replyOptions())
    const written = encoder.push(events) + encoder.end()
    t.match(written, /data: \[DONE\]\n\n$/, id)
    const was = await readPieces(String(response.body))
    const is = await readPieces(written)
    t.same(unexplained(differences(joined(was), joined(is)), REPLY_DIFFERENCES, used), [], id)
  }
  if (all.length > 0) t.same(unused(REPLY_DIFFERENCES, used), [], 'every difference that is allowed occurs')
})

t.test('recorded errors become an error of their kind, with the words of the upstream', async t => {
  const kinds: Readonly<Record<number, string>> = { 400: 'upstream_rejected', 404: 'not_found' }
  for (const { id, response } of all.filter(({ response }) => response.status >= 400)) {
    const bytes = new TextEncoder().encode(JSON.stringify(response.body))
    const error = completions.error.decode({ status: response.status, headers: response.headers }, bytes)
    t.equal(error.kind, kinds[response.status], id)
    t.equal(error.message, (response.body as { error: { message: string } }).error.message, id)
  }
})
