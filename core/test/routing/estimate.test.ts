import t from 'tap'
import type { GenerateRequest, Part } from '../../src/ir/index.ts'
import { ESTIMATE, inputTokens } from '../../src/routing/estimate.ts'

const request = (parts: readonly Part[], changes: Partial<GenerateRequest> = {}): GenerateRequest => ({
  op: 'generate',
  model: 'm',
  messages: [{ role: 'user', parts }],
  tools: [],
  sampling: {},
  output: {},
  reply: { stream: false },
  ingress: { format: 'kit' },
  ...changes
})
const text = (value: string): Part => ({ type: 'text', text: value })
const tokens = (...parts: readonly Part[]): number => inputTokens(request(parts)) - inputTokens(request([]))
const PROSE = 'The tide comes in twice a day, and twice a day it goes out again. '

t.test('an estimate of prose is near what tokenizers count', async t => {
  // Fifteen words, ten times: a word of English is between one token and one and a half.
  const estimated = tokens(text(PROSE.repeat(10)))
  t.ok(estimated > 120 && estimated < 240, String(estimated))
})

t.test('more of anything is never fewer tokens', async t => {
  const parts: readonly Part[] = [
    text(PROSE),
    { type: 'refusal', text: PROSE },
    { type: 'reasoning', text: PROSE, hidden: false },
    { type: 'reasoning', summary: [PROSE, PROSE], hidden: false },
    { type: 'tool_call', id: 'c', name: 'tide', kind: 'function', argsText: '{"port":"Brest"}' },
    { type: 'tool_result', callId: 'c', content: [text(PROSE)] },
    { type: 'file', source: { kind: 'text', text: PROSE } },
    { type: 'file', source: { kind: 'blocks', parts: [text(PROSE)] } },
    { type: 'file', source: { kind: 'inline', mime: 'application/pdf', data: 'AAAA' } },
    { type: 'image', source: { kind: 'url', url: 'https://images.example/a.png' } },
    { type: 'audio', source: { kind: 'inline', mime: 'audio/wav', data: 'AAAA' } },
    { type: 'video', source: { kind: 'url', url: 'https://videos.example/a.mp4' } },
    { type: 'opaque', native: { format: 'kit', object: { say: PROSE } }, replay: 'never' }
  ]
  let before = 0
  for (let count = 1; count <= parts.length; count++) {
    const now = tokens(...parts.slice(0, count))
    t.ok(now > before, String(parts[count - 1]?.type))
    before = now
  }
})

t.test('turns and tools count as well', async t => {
  const one = inputTokens(request([text('hi')]))
  const { messages } = request([text('hi')])
  t.ok(inputTokens(request([], { messages: [...messages, ...messages] })) >= 2 * one)
  const tools = [{ type: 'function', name: 'tide', description: PROSE, schema: { type: 'object' } }] as const
  t.ok(inputTokens(request([text('hi')], { tools })) > one + 10)
})

t.test('media cost the same whatever their size, for nobody reads them here', async t => {
  const image = (data: string): Part => ({ type: 'image', source: { kind: 'inline', mime: 'image/png', data } })
  t.equal(tokens(image('AAAA')), tokens(image('A'.repeat(4_000_000))))
})

t.test('it answers without an upstream, and says that it is a guess', async t => {
  const input = request([text(PROSE)])
  const answer = ESTIMATE.answer?.(
    { op: 'count_tokens', model: 'm', input, ingress: { format: 'kit' } },
    { provider: 'up', model: 'm' }
  )
  t.match(answer, [
    { type: 'result', reply: { op: 'count_tokens', inputTokens: inputTokens(input), estimated: true } },
    { type: 'end' }
  ])
  t.throws(() => ESTIMATE.encode(input, { provider: 'up', model: 'm' }), { code: 'ISTHMUS_INTERNAL' })
})
