import type { GenerateRequest, Reasoning } from '@isthmus/core'
import { requestWith } from '@isthmus/core/testing'
import { budgetOf, effortOf, roundEffort } from '@isthmus/core/wire'
import t from 'tap'
import { messages } from '../src/index.ts'
import type { MessagesTraits } from '../src/traits.ts'

const BUDGETS: MessagesTraits = { maxOutput: 64_000, thinking: ['enabled', 'disabled'], efforts: [] }
const ADAPTIVE: MessagesTraits = {
  thinking: ['adaptive', 'disabled'],
  efforts: ['low', 'medium', 'high'],
  offUpTo: 'medium'
}
const ALWAYS: MessagesTraits = { thinking: ['adaptive'], efforts: ['low', 'high'] }

const say = (reasoning: Partial<Reasoning>, traits: MessagesTraits = {}, more: Partial<GenerateRequest> = {}) => {
  const request = requestWith({
    ingress: { format: 'chat-completions' },
    output: { maxTokens: 10_000 },
    reasoning: { mode: 'on', expose: 'default', source: 'effort', ...reasoning },
    ...more
  })
  const { body, gaps } = messages.request.encode(request, { provider: 'p', model: 'm', traits })
  return { thinking: body.thinking, config: body.output_config, gaps: gaps.map(gap => `${gap.feature} ${gap.action}`) }
}

t.test('an effort is a budget for models that take budgets, and an effort for the others', async t => {
  t.same(say({ effort: 'medium' }, BUDGETS), {
    thinking: { type: 'enabled', budget_tokens: 5000 },
    config: undefined,
    gaps: ['reasoning.effort converted']
  })
  t.same(say({ effort: 'high' }, ADAPTIVE), { thinking: { type: 'adaptive' }, config: { effort: 'high' }, gaps: [] })
  t.same(say({ effort: 'max' }, ADAPTIVE), {
    thinking: { type: 'adaptive' },
    config: { effort: 'high' },
    gaps: ['reasoning.effort converted']
  })
})

t.test('a budget is an effort for models that take none', async t => {
  t.same(say({ budgetTokens: 9000, source: 'budget' }, ADAPTIVE), {
    thinking: { type: 'adaptive' },
    config: { effort: 'high' },
    gaps: ['reasoning.budget converted']
  })
  t.same(say({ budgetTokens: 9999, source: 'budget' }, BUDGETS).thinking, { type: 'enabled', budget_tokens: 8976 })
})

t.test('a client of this format has its budget sent as it is', async t => {
  const said = say({ budgetTokens: 20_000, source: 'budget' }, BUDGETS, { ingress: { format: 'messages' } })
  t.same(said.thinking, { type: 'enabled', budget_tokens: 20_000 })
})

t.test('off is said as nearly as the model can', async t => {
  t.same(say({ mode: 'off' }, BUDGETS).thinking, { type: 'disabled' })
  t.same(say({ effort: 'none' }, BUDGETS).thinking, { type: 'disabled' })
  t.same(say({ mode: 'off', effort: 'high' }, ADAPTIVE), {
    thinking: { type: 'disabled' },
    config: { effort: 'medium' },
    gaps: ['reasoning.effort converted']
  })
  t.same(say({ mode: 'off' }, ALWAYS), {
    thinking: undefined,
    config: { effort: 'low' },
    gaps: ['reasoning.off converted']
  })
  t.same(say({ mode: 'off' }, { thinking: [] }), { thinking: undefined, config: undefined, gaps: [] })
})

t.test('showing and hiding are said beside it', async t => {
  t.match(say({ expose: 'none' }, ADAPTIVE).thinking, { display: 'omitted' })
  t.match(say({ expose: 'full' }, ADAPTIVE).thinking, { display: 'summarized' })
})

t.test('a limit that leaves no room is refused if reasoning was asked for, else goes without', async t => {
  const output = { maxTokens: 1000 }
  t.throws(() => say({ effort: 'high' }, BUDGETS, { output }), { kind: 'unsupported' } as never)
  const budget = { budgetTokens: 4000, source: 'budget' } as const
  t.throws(() => say(budget, BUDGETS, { output }), { code: 'FORMAT_MESSAGES_THINKING_BUDGET' } as never)
  t.match(say(budget, BUDGETS, { output, ingress: { format: 'messages' } }).thinking, { budget_tokens: 4000 })
  t.same(say({ source: 'flag' }, BUDGETS, { output }), {
    thinking: undefined,
    config: undefined,
    gaps: ['reasoning.on dropped']
  })
})

t.test('a tool loop whose reasoning is lost goes on without', async t => {
  const loop: GenerateRequest['messages'] = [
    { role: 'user', parts: [{ type: 'text', text: 'go' }] },
    { role: 'assistant', parts: [{ type: 'tool_call', id: 'a', name: 'f', kind: 'function', argsText: '{}' }] },
    { role: 'tool', parts: [{ type: 'tool_result', callId: 'a', content: [] }] }
  ]
  t.equal(say({ effort: 'medium' }, BUDGETS, { messages: loop }).thinking, undefined)
  t.ok(say({ effort: 'medium' }, BUDGETS, { messages: loop.slice(0, 1) }).thinking)
})

t.test('an effort survives the way to a budget and back', async t => {
  for (const effort of ['minimal', 'low', 'medium', 'high']) t.equal(effortOf(budgetOf(effort, 32_000), 32_000), effort)
})

t.test('rounding goes down first, and never to none', async t => {
  t.equal(roundEffort('xhigh', ['low', 'medium', 'high']), 'high')
  t.equal(roundEffort('minimal', ['none', 'low']), 'low')
  t.equal(roundEffort('high', ['none', 'low', 'xhigh']), 'low')
  t.equal(roundEffort('high', []), undefined)
})
