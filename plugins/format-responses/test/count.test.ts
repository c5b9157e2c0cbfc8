import { decodeAll, replyOptions, requestHead, requestWith, resultCases } from '@isthmus/core/testing'
import t from 'tap'
import { responsesCount } from '../src/index.ts'

const target = { provider: 'p', model: 'gpt-5' }
const body = {
  model: 'gpt-5',
  instructions: 'Be brief.',
  input: [{ type: 'message', role: 'user', content: 'How deep is the sea?' }],
  tools: [{ type: 'function', name: 'sound', parameters: { type: 'object' }, strict: false }],
  tool_choice: 'auto',
  reasoning: { effort: 'low' }
}
const reply = { object: 'response.input_tokens', input_tokens: 12 }

for (const { name, run } of resultCases(responsesCount, {
  exchanges: [{ name: 'a question', request: body, reply }]
})) {
  t.test(name, async () => run())
}

t.test('what makes no difference to the number is not sent, and its loss is not reported', async t => {
  const input = requestWith({
    sampling: { temperature: 0.5, seed: 3 },
    output: { maxTokens: 5 },
    state: { store: true }
  })
  const { ingress } = input
  const encoded = responsesCount.request.encode({ op: 'count_tokens', model: 'm', ingress, input }, target)
  t.same(Object.keys(encoded.body).sort(), ['input', 'model'])
  t.same(encoded.gaps, [])
})

t.test('a request to count is never a stream, and may go on from a kept reply alone', async t => {
  const asked = { model: 'gpt-5', previous_response_id: 'resp_1', stream: true, personality: 'friendly' }
  const request = responsesCount.request.decode(asked, requestHead())
  t.equal(request.input.reply.stream, false)
  const { body } = responsesCount.request.encode(request, target)
  t.same(body, { model: 'gpt-5', previous_response_id: 'resp_1', personality: 'friendly' })
})

t.test('the number is read and written, with what an upstream adds to it', async t => {
  const bytes = new TextEncoder().encode('{"object":"response.input_tokens","input_tokens":12,"cached":3}')
  const head = { status: 200, headers: { 'content-type': 'application/json' } }
  const [result] = decodeAll(responsesCount.response.decoder(head, target, undefined), [bytes])
  if (result?.type !== 'result' || result.reply.op !== 'count_tokens') return t.fail('there is no number')
  t.match(result.reply, { inputTokens: 12, estimated: false })
  const request = responsesCount.request.decode(body, requestHead())
  t.same(responsesCount.response.encode(result.reply, request, replyOptions()), { ...reply, cached: 3 })
})
