import { decodeAll, replyOptions, requestHead, requestWith } from '@isthmus/core/testing'
import t from 'tap'
import { messagesCount } from '../src/index.ts'

const target = { provider: 'p', model: 'm' }
const body = {
  model: 'claude',
  system: 'Be brief.',
  messages: [{ role: 'user', content: 'How deep is the sea?' }],
  tools: [{ name: 'sound', input_schema: { type: 'object' } }],
  tool_choice: { type: 'auto' },
  thinking: { type: 'enabled', budget_tokens: 2048 }
}

t.test('a request to count names no limit, and comes out as it went in', async t => {
  const request = messagesCount.request.decode(body, requestHead())
  t.equal(request.op, 'count_tokens')
  t.equal(request.model, 'claude')
  t.same(messagesCount.request.encode(request, { ...target, model: 'claude' }).body, body)
})

t.test('what makes no difference to the number is not sent, and its loss is not reported', async t => {
  const input = requestWith({ sampling: { temperature: 0.5, seed: 3 }, output: { maxTokens: 5, stop: ['.'] } })
  const { ingress } = input
  const encoded = messagesCount.request.encode({ op: 'count_tokens', model: 'm', ingress, input }, target)
  t.same(Object.keys(encoded.body).sort(), ['messages', 'model'])
  t.same(encoded.gaps, [])
})

t.test('a request without messages is refused with the path', async t => {
  const missing = { model: 'm' }
  t.throws(() => messagesCount.request.decode(missing, requestHead()), { message: /messages/ })
})

t.test('the number is read and written, with what an upstream adds to it', async t => {
  const bytes = new TextEncoder().encode('{"input_tokens":12,"context_management":{"original_input_tokens":30}}')
  const head = { status: 200, headers: { 'content-type': 'application/json' } }
  const [result] = decodeAll(messagesCount.response.decoder(head, target, undefined), [bytes])
  if (result?.type !== 'result' || result.reply.op !== 'count_tokens') return t.fail('there is no number')
  t.match(result.reply, { inputTokens: 12, estimated: false })
  const request = messagesCount.request.decode(body, requestHead())
  t.same(messagesCount.response.encode(result.reply, request, replyOptions()), {
    input_tokens: 12,
    context_management: { original_input_tokens: 30 }
  })
})

t.test('a reply without a number is an error', async t => {
  const head = { status: 200, headers: { 'content-type': 'application/json' } }
  const events = decodeAll(messagesCount.response.decoder(head, target, undefined), [new TextEncoder().encode('{}')])
  t.same(
    events.map(event => event.type),
    ['error', 'end']
  )
})
