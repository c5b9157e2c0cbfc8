import type { GenerateRequest, Message, Part, Reasoning } from '@isthmus/core'
import { requestWith } from '@isthmus/core/testing'
import type { JsonObject } from '@isthmus/core/wire'
import t from 'tap'
import { type ChatTraits, chatCompletions, chatFeatures } from '../src/index.ts'

const user: Message = { role: 'user', parts: [{ type: 'text', text: 'Hello' }] }
/** foreign is a request of a client that speaks another format. */
const foreign = (members: Partial<GenerateRequest>): GenerateRequest =>
  requestWith({ messages: [user], ingress: { format: 'messages' }, ...members })
const encode = (request: GenerateRequest, traits: ChatTraits = {}) =>
  chatCompletions.request.encode(request, { provider: 'up', model: 'm', traits })
const call = (id: string): Part => ({ type: 'tool_call', kind: 'function', id, name: 'f', argsText: '{}' })
const result = (callId: string): Part => ({
  type: 'tool_result',
  callId,
  content: [{ type: 'text', text: 'Done' }]
})

t.test(
  'an effort stands for a budget beside it, and a server that only knows whether to reason is told that',
  async t => {
    const reasoning = { mode: 'on', source: 'effort', expose: 'default', effort: 'low', budgetTokens: 9000 } as const
    const written = (style: NonNullable<ChatTraits['reasoning']>['style'], asked: Reasoning = reasoning) => {
      const { body, gaps } = encode(foreign({ reasoning: asked }), style === undefined ? {} : { reasoning: { style } })
      const { model: _model, messages: _messages, ...members } = body
      return [members, gaps.map(({ feature, action }) => `${feature} ${action}`)]
    }
    t.same(written('effort'), [{ reasoning_effort: 'low' }, ['reasoning.budget dropped']])
    t.same(written('enable_thinking'), [
      { enable_thinking: true, thinking_budget: 9000 },
      ['reasoning.effort converted']
    ])
    t.same(written('chat_template_kwargs'), [
      { chat_template_kwargs: { enable_thinking: true } },
      ['reasoning.effort converted', 'reasoning.budget converted']
    ])
    t.same(written('think'), [{ think: 'low' }, ['reasoning.budget converted']])
    t.same(written('chat_template_kwargs', { ...reasoning, mode: 'off' }), [
      { chat_template_kwargs: { enable_thinking: false } },
      []
    ])
    const adaptive = { mode: 'adaptive', source: 'flag', expose: 'default' } as const
    t.same(written('thinking', adaptive), [{ thinking: { type: 'enabled' } }, []])
  }
)

t.test('a model that reasons as it likes can still be told not to', async t => {
  const traits: ChatTraits = { lacks: ['reasoning.on', 'reasoning.effort'], reasoning: { efforts: ['none'] } }
  const asked = (mode: Reasoning['mode']) =>
    encode(foreign({ reasoning: { mode, source: 'flag', expose: 'default' } }), traits).body.reasoning_effort
  t.equal(asked('off'), 'none')
  t.equal(asked('on'), undefined)
})

t.test('a server that shows reasoning by itself need not be asked to', async t => {
  const reasoning = { mode: 'on', source: 'flag', expose: 'full' } as const
  t.equal(encode(foreign({ reasoning })).gaps.length, 1)
  t.same(encode(foreign({ reasoning }), { reasoning: { shown: true } }).gaps, [])
  t.same(chatFeatures({ reasoning: { shown: true } }), { 'reasoning.expose': 'converted' })
})

t.test('ids of calls fit a server that counts their letters, and results still find their calls', async t => {
  const messages: Message[] = [
    { role: 'assistant', parts: [call('call_1'), call('abc123XYZ')] },
    { role: 'tool', parts: [result('call_1'), result('abc123XYZ')] }
  ]
  const [turn, ...results] = encode(foreign({ messages }), { callIdChars: 9 }).body.messages as JsonObject[]
  const ids = (turn!.tool_calls as JsonObject[]).map(({ id }) => id)
  t.match(ids[0], /^[a-f0-9]{9}$/)
  t.equal(ids[1], 'abc123XYZ')
  t.same(
    results.map(({ tool_call_id: id }) => id),
    ids
  )
})

t.test('a last turn to continue is marked where the server has a mark for it', async t => {
  const messages: Message[] = [user, { role: 'assistant', parts: [{ type: 'text', text: 'The' }], prefill: true }]
  const { body, gaps } = encode(foreign({ messages }), { prefillMember: 'prefix' })
  t.same((body.messages as JsonObject[])[1], { role: 'assistant', content: 'The', prefix: true })
  t.same(gaps, [])
  t.same(chatFeatures({ prefillMember: 'prefix' }), { 'input.prefill': 'exact' })
})

t.test('reasoning is sent back as a part of its own where the server has one, unless it is hidden', async t => {
  const parts: Part[] = [
    { type: 'reasoning', summary: ['One', 'Two'], hidden: false },
    { type: 'reasoning', hidden: true },
    { type: 'text', text: 'Hello' }
  ]
  const { body, gaps } = encode(foreign({ messages: [{ role: 'assistant', parts }] }), { replay: 'thinking' })
  t.same((body.messages as JsonObject[])[0]!.content, [
    { type: 'thinking', thinking: [{ type: 'text', text: 'One\n\nTwo' }] },
    { type: 'text', text: 'Hello' }
  ])
  t.match(gaps, [{ feature: 'input.reasoning', action: 'dropped' }])
})

t.test('a seal on a call or a text goes back among the details, or is reported', async t => {
  const seal = {
    kind: 'thought_signature',
    data: 'abc',
    issuer: { provider: 'up', modelFamily: 'm', format: 'google-gemini-v1' }
  } as const
  const parts = [
    { ...call('call_1'), seal },
    { type: 'text', text: 'Hello', seal }
  ] as Part[]
  const written = (traits: ChatTraits) => {
    const { body, gaps } = encode(foreign({ messages: [{ role: 'assistant', parts }] }), traits)
    return [(body.messages as JsonObject[])[0]!.reasoning_details, gaps.map(({ feature }) => feature)]
  }
  const detail = { type: 'reasoning.encrypted', data: 'abc', format: 'google-gemini-v1' }
  t.same(written({ replay: 'details' }), [
    [
      { ...detail, id: 'call_1', index: 0 },
      { ...detail, index: 1 }
    ],
    []
  ])
  t.same(written({}), [undefined, ['input.reasoning']])
  t.same(written({ replay: 'none' }), [undefined, []], 'the feature table reports it')
})
