import { type EventBatch, ISTHMUS_UPSTREAM_ERRORS } from '@isthmus/core'
import { assertGrammar } from '@isthmus/core/testing'
import { ingressOf, type JsonObject, numberOf, resultDecoder } from '@isthmus/core/wire'
import t from 'tap'

const read = (body: JsonObject) => {
  if (typeof body.error === 'string') throw ISTHMUS_UPSTREAM_ERRORS.upstream_limited(body.error)
  if (body.crash === true) (undefined as unknown as { x(): void }).x()
  const inputTokens = numberOf(body.tokens)
  return inputTokens === undefined ? undefined : { op: 'count_tokens' as const, inputTokens, estimated: false }
}
const rewrite = (body: JsonObject) => ({ tokens: body.count })

const decode = (text: string, { type = 'application/json', size = Infinity, dialect = false } = {}): EventBatch => {
  const decoder = resultDecoder(
    { status: 200, headers: { 'content-type': type } },
    'acme',
    read,
    dialect ? rewrite : undefined
  )
  const bytes = Buffer.from(text)
  const events: EventBatch = []
  for (let at = 0; at < bytes.length; at += size) events.push(...decoder.push(bytes.subarray(at, at + size)))
  t.same(events, [], 'nothing is said before the end')
  events.push(...decoder.end())
  assertGrammar(events)
  return events
}
const errorOf = (events: EventBatch) => events.find(event => event.type === 'error')?.error

t.test('a result is one event, however its bytes come, with a mark at their beginning or not', async t => {
  for (const size of [1, 3, Infinity]) {
    for (const text of ['{"tokens":7,"said":"世界"}', '\ufeff {"tokens":7}\n']) {
      const [event] = decode(text, { size })
      t.match(event, { type: 'result', reply: { op: 'count_tokens', inputTokens: 7 } })
    }
  }
})

t.test('a dialect is rewritten before it is read', async t => {
  t.match(decode('{"count":3}', { dialect: true })[0], { reply: { inputTokens: 3 } })
})

t.test('what is no result is an error that says so', async t => {
  for (const [text, message] of [
    ['', /empty body/],
    ['<html>', /body is not a JSON object/],
    ['[1]', /body is not a JSON object/],
    ['{"tokens":', /body is not a JSON object/],
    ['{}', /the body holds no answer/],
    ['{"crash":true}', /unreadable reply/]
  ] as const) {
    const error = errorOf(decode(text))
    t.match(error, { code: 'ISTHMUS_UPSTREAM_PROTOCOL', message }, text)
  }
  t.match(errorOf(decode('data: {"tokens":7}\n\n', { type: 'text/event-stream' })), { message: /a stream came/ })
})

t.test('what the body says is wrong is the error', async t => {
  t.match(errorOf(decode('{"error":"slow down"}')), { kind: 'upstream_limited', message: 'slow down' })
})

t.test('a request keeps the headers that may travel, and no others', async t => {
  const headers = { 'x-mine': '1', authorization: 'secret' }
  const head = { method: 'POST', path: '/', query: {}, params: {}, headers }
  t.same(ingressOf('tiny', head, ['x-mine', 'x-other']), { format: 'tiny', headers: { 'x-mine': '1' } })
  t.same(ingressOf('tiny', head, ['x-other']), { format: 'tiny' })
})
