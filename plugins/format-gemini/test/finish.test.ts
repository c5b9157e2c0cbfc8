import { fold } from '@isthmus/core'
import { chunkings } from '@isthmus/core/testing'
import t from 'tap'
import { choice, decodeChunks, decodeReply, decodeWhole, errorOf, STOP, saying, sse } from './support/replies.ts'

t.test('each reason has a meaning, and those of a failure are one', async t => {
  const reasons: Readonly<Record<string, string>> = {
    STOP: 'stop',
    MAX_TOKENS: 'length',
    SAFETY: 'content_filter',
    PROHIBITED_CONTENT: 'content_filter',
    IMAGE_SAFETY: 'content_filter',
    CONTINUATION: 'pause',
    OTHER: 'other',
    NO_IMAGE: 'other',
    BRAND_NEW: 'other',
    constructor: 'other'
  }
  for (const [finishReason, reason] of Object.entries(reasons)) {
    const { finish } = choice(decodeWhole(saying([{ text: 'a' }], { finishReason, finishMessage: 'why' })))
    t.match(finish, { reason, native: finishReason, message: 'why' })
  }
  t.match(choice(decodeWhole(saying([], { finishReason: 'RECITATION' }))).finish, { detail: 'recitation' })
  t.match(choice(decodeWhole(saying([{ text: 'a' }]))).finish, { reason: 'other', native: '' })
  for (const finishReason of ['MALFORMED_FUNCTION_CALL', 'UNEXPECTED_TOOL_CALL', 'MALFORMED_RESPONSE']) {
    const said = { finishReason, finishMessage: 'print(secret)' }
    for (const events of [decodeWhole(saying([], said)), decodeChunks([saying([{ text: 'a' }]), saying([], said)])]) {
      const error = errorOf(events)
      t.equal(error.kind, 'upstream_protocol')
      t.match(error.message, finishReason)
      t.notMatch(error.message, 'secret', 'what the model wrote is not in the message')
    }
  }
})

t.test('a refused prompt is an answer without content', async t => {
  const promptFeedback = { blockReason: 'SAFETY', blockReasonMessage: 'no', safetyRatings: [] }
  const blocked = { promptFeedback, usageMetadata: { promptTokenCount: 3, totalTokenCount: 3 } }
  for (const events of [decodeWhole(blocked), decodeChunks([blocked]), decodeChunks([blocked, {}])]) {
    const { parts, finish } = choice(events)
    t.same(parts, [])
    t.same(finish, { reason: 'content_filter', detail: 'prompt_blocked', native: 'SAFETY', message: 'no' })
    t.same(fold(events).ext?.gemini?.promptFeedback, promptFeedback)
  }
  t.equal(
    errorOf(decodeWhole({ promptFeedback: { blockReason: 'BLOCKED_REASON_UNSPECIFIED' } })).kind,
    'upstream_protocol'
  )
  const rated = choice(decodeWhole(saying([{ text: 'a' }], STOP, { promptFeedback: { safetyRatings: [] } })))
  t.match(rated.finish, { reason: 'stop' })
})

t.test('a reply that stops without a reason was cut off', async t => {
  for (const chunks of [[saying([{ text: 'a' }])], [{}], [], [{ candidates: [] }], [saying([{ text: 'a' }]), {}]]) {
    t.equal(errorOf(decodeChunks(chunks)).code, 'ISTHMUS_UPSTREAM_CLOSED')
  }
  const one = [{ ...saying([{ text: 'a' }], STOP) }, saying([{ text: 'b' }], { index: 1 })]
  t.equal(errorOf(decodeChunks(one)).code, 'ISTHMUS_UPSTREAM_CLOSED', 'also one of several candidates')
})

t.test('errors inside a reply end it, however they are written', async t => {
  const error = { error: { code: 503, message: 'Busy', status: 'UNAVAILABLE' } }
  const said = sse([saying([{ text: 'a' }])])
  const streams = [
    sse([error]),
    said + sse([error]),
    `${said}${JSON.stringify(error, null, 2)}\n`,
    JSON.stringify([error])
  ]
  for (const stream of streams) {
    for (const { chunks, name } of chunkings(stream)) {
      t.match(errorOf(decodeReply(chunks)), { kind: 'upstream_overloaded', message: 'Busy' }, name)
    }
  }
  const array = JSON.stringify([saying([{ text: 'a' }]), error])
  t.match(errorOf(decodeReply([array], 'application/json')), { kind: 'upstream_overloaded' })
  t.match(errorOf(decodeWhole(error)), {
    kind: 'upstream_overloaded',
    upstream: { provider: 'p', type: 'UNAVAILABLE' }
  })
  const both = decodeChunks([{ ...saying([{ text: 'last words' }]), ...error }])
  t.ok(both.some(event => event.type === 'part_delta' && event.text === 'last words'))
  t.equal(errorOf(both).message, 'Busy')
  t.equal(
    errorOf(decodeChunks([{ error: { message: 'Gone', status: 'NOT_FOUND' } }])).kind,
    'not_found',
    'without a code'
  )
  t.match(choice(decodeChunks([saying([{ text: 'a' }], STOP, { error: null })])).parts, [{ text: 'a' }])
})
