import type { GenerateRequest, IrResponse, Part, ToolDef } from '@isthmus/core'
import t from 'tap'
import { KNOWN_MODELS, modelTable } from '../src/models.ts'
import { countTokens, tokensOf } from '../src/tokens.ts'
import { ask, hear, says, textOf } from './support/exchange.ts'
import { irWire } from './support/ir-wire.ts'

const reply = async (model: string, request: GenerateRequest): Promise<IrResponse> =>
  (await hear(irWire, model, request)).reply()
const partsOf = (response: IrResponse): readonly Part[] => response.choices[0]?.parts ?? []
const callsOf = (response: IrResponse) => partsOf(response).filter(part => part.type === 'tool_call')
const finishOf = (response: IrResponse) => response.choices[0]?.finish

const WEATHER: ToolDef = {
  type: 'function',
  name: 'weather',
  schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
}
const CLOCK: ToolDef = { type: 'function', name: 'clock' }

t.test('echo repeats the last user message and not the ones before', async t => {
  const messages = [says('user', 'one'), says('assistant', 'two'), says('user', 'three', 'vier 🐟')]
  t.equal(textOf(await reply('echo', ask(messages))), 'three\nvier 🐟')
})

t.test('echo names images and files with kind, type and size', async t => {
  const image: Part = { type: 'image', source: { kind: 'inline', mime: 'image/png', data: 'AAECAw==' } }
  const linked: Part = { type: 'image', source: { kind: 'url', url: 'https://example.com/a.png' } }
  const file: Part = {
    type: 'file',
    filename: 'a.pdf',
    source: { kind: 'inline', mime: 'application/pdf', data: 'AAEC' }
  }
  const text = textOf(await reply('echo', ask([says('user', 'What is this?', image, linked, file)])))
  t.equal(
    text,
    [
      'What is this?',
      '[image image/png, 4 bytes]',
      '[image at https://example.com/a.png]',
      '[file "a.pdf" application/pdf, 3 bytes]'
    ].join('\n')
  )
})

t.test('inspect answers with the request as it stood on the wire', async t => {
  const seen = JSON.parse(textOf(await reply('inspect', ask('hello', { sampling: { temperature: 0.5 } }))))
  t.match(seen, { model: 'inspect', sampling: { temperature: 0.5 } })
})

t.test('tokens writes as many tokens as its name says, each in its time', async t => {
  const heard = await hear(irWire, 'tokens:20@7ms', ask('go'))
  const deltas = heard.events.filter(event => event.type === 'part_delta')
  t.equal(deltas.length, 20)
  t.equal(heard.reply().usage?.output.total, 20)
  t.strictSame(new Set(heard.slept), new Set([7]))
  t.equal(heard.slept.length, 20)
})

t.test('without a delay the whole stream comes in one chunk', async t => {
  const heard = await hear(irWire, 'tokens:50@0ms', ask('go'))
  t.equal(heard.chunks, 1)
  t.strictSame(heard.slept, [])
})

t.test('the delay of the options holds where the name says none', async t => {
  const heard = await hear(irWire, 'tokens:3', ask('go'), 40)
  t.strictSame(heard.slept, [40, 40, 40])
})

t.test('a whole reply takes as long as its stream would', async t => {
  const heard = await hear(irWire, 'tokens:20@7ms', ask('go', { reply: { stream: false } }))
  t.strictSame(heard.slept, [140])
  t.equal(countTokens(textOf(heard.reply())), 20)
})

t.test('the same request gives the same reply', async t => {
  t.strictSame((await hear(irWire, 'reason', ask('hi'))).events, (await hear(irWire, 'reason', ask('hi'))).events)
})

t.test('reason seals its reasoning and recognises the seal when it comes back', async t => {
  const first = await reply('reason:10', ask('hi'))
  const [thought, text] = partsOf(first)
  t.match(thought, { type: 'reasoning', hidden: false, seal: { kind: 'signature', data: /^[A-Za-z0-9+/]+=*$/ } })
  t.match(text, { type: 'text', text: 'hi' })
  t.strictSame(first.usage?.output, { total: 11, reasoning: 10 })
  if (thought?.type !== 'reasoning' || thought.seal === undefined) return t.fail('no seal')
  const { seal } = thought
  const again = (part: Part) => reply('reason', ask([says('user', 'hi'), says('assistant', part), says('user', 'on')]))
  t.match(textOf(await again(thought)), '1 with my seal, 0 without')
  t.match(textOf(await again({ ...thought, seal: { ...seal, data: 'c2ltdWxhdG9yOjEwOjAw' } })), '0 with my seal, 1')
  t.match(textOf(await again({ type: 'reasoning', text: 'x', hidden: false })), '0 with my seal, 1 without')
})

t.test('reasoning that is not exposed is counted and sealed, and that which is off does not happen', async t => {
  const request = ask('hi', { reasoning: { mode: 'on', expose: 'none', source: 'flag' } })
  const silent = await reply('reason:10', request)
  t.match(partsOf(silent)[0], { type: 'reasoning', text: '', seal: { kind: 'signature' } })
  t.equal(silent.usage?.output.reasoning, 10)
  const off = await reply('reason', ask('hi', { reasoning: { mode: 'off', expose: 'default', source: 'flag' } }))
  t.strictSame(
    partsOf(off).map(part => part.type),
    ['text']
  )
  t.equal(off.usage?.output.reasoning, 0)
})

t.test('call calls a tool with arguments that fit its schema and then quotes the result', async t => {
  const asked = [says('user', 'Weather?')]
  const first = await reply('call', ask(asked, { tools: [WEATHER, CLOCK] }))
  const [call] = callsOf(first)
  t.match(call, { name: 'weather', kind: 'function', argsText: '{"city":"city"}', id: /^call_[a-z0-9_]{1,35}$/ })
  t.equal(finishOf(first)?.reason, 'tool_calls')
  const answered = [
    ...asked,
    says('assistant', ...partsOf(first)),
    says('tool', { type: 'tool_result', callId: call?.id ?? '', content: [{ type: 'text', text: '21 degrees' }] })
  ]
  const second = await reply('call', ask(answered, { tools: [WEATHER, CLOCK] }))
  t.equal(textOf(second), 'The tool weather answered: 21 degrees')
  t.equal(finishOf(second)?.reason, 'stop')
  const third = await reply(
    'call',
    ask([...answered, says('assistant', 'Done.'), says('user', 'Again?')], { tools: [WEATHER] })
  )
  t.not(callsOf(third)[0]?.id, call?.id, 'calls of different turns have different ids')
})

t.test('results that failed and results of several tools are all quoted', async t => {
  const call = (id: string, name: string): Part => ({ type: 'tool_call', id, name, kind: 'function', argsText: '{}' })
  const messages = [
    says('user', 'Both?'),
    says('assistant', call('a', 'weather'), call('b', 'clock')),
    says(
      'tool',
      { type: 'tool_result', callId: 'b', content: [{ type: 'text', text: 'no clock' }], isError: true },
      { type: 'tool_result', callId: 'a', content: [] }
    )
  ]
  const text = textOf(await reply('echo', ask(messages, { tools: [WEATHER, CLOCK] })))
  t.equal(text, 'The tool clock failed: no clock\nThe tool weather answered: (nothing)')
})

t.test('several calls grow at the same time', async t => {
  const { events, reply } = await hear(irWire, 'call:3', ask('go', { tools: [WEATHER, CLOCK] }))
  t.strictSame(
    callsOf(reply()).map(call => call.name),
    ['weather', 'clock', 'weather']
  )
  t.equal(new Set(callsOf(reply()).map(call => call.id)).size, 3)
  const order = events.filter(event => event.type === 'part_delta').map(event => event.index)
  t.ok(order.lastIndexOf(0) > order.indexOf(2), 'the first call still grows when the last has begun')
})

t.test('a tool choice is obeyed by every answering model', async t => {
  const tools = [WEATHER, CLOCK]
  const names = async (model: string, change: Partial<GenerateRequest>) =>
    callsOf(await reply(model, ask('hi', { tools, ...change }))).map(call => call.name)
  t.strictSame(await names('echo', {}), [])
  t.strictSame(await names('echo', { toolChoice: { type: 'required' } }), ['weather'])
  t.strictSame(await names('tokens', { toolChoice: { type: 'one', name: 'clock', kind: 'function' } }), ['clock'])
  t.strictSame(await names('call:all', { toolChoice: { type: 'subset', mode: 'auto', names: ['clock'] } }), ['clock'])
  t.strictSame(await names('call', { toolChoice: { type: 'none' } }), [])
  t.strictSame(await names('call:all', {}), ['weather', 'clock'])
  t.strictSame(await names('call:all', { parallelTools: false }), ['weather'])
})

t.test('a custom tool is called with free text', async t => {
  const [call] = callsOf(await reply('call', ask('hi', { tools: [{ type: 'custom', name: 'patch' }] })))
  t.match(call, { kind: 'custom', argsText: 'Input for patch' })
})

t.test('call without tools says so', async t => {
  t.equal(textOf(await reply('call', ask('hi'))), 'There are no tools to call.')
})

t.test('a script in the prompt is played one call at a time, in order, and then the results are quoted', async t => {
  const tools = [WEATHER, CLOCK]
  const messages = [says('user', 'Do this:\n  sim: call clock\nsim: call weather {"city": "Bonn"}\r\nThank you.')]
  const turn = async () => {
    const response = await reply('echo', ask(messages, { tools }))
    messages.push(says('assistant', ...partsOf(response)))
    for (const call of callsOf(response)) {
      messages.push(
        says('tool', { type: 'tool_result', callId: call.id, content: [{ type: 'text', text: `did ${call.name}` }] })
      )
    }
    return response
  }
  t.match(callsOf(await turn()), [{ name: 'clock', argsText: '{}' }])
  t.match(callsOf(await turn()), [{ name: 'weather', argsText: '{"city": "Bonn"}' }])
  t.equal(textOf(await turn()), 'The tool weather answered: did weather')
})

t.test('a script keeps arguments that are not JSON, and says when its tool is not offered', async t => {
  const request = (line: string, tools: readonly ToolDef[]) => ask(line, { tools })
  t.match(callsOf(await reply('echo', request('sim: call clock {"half', [CLOCK]))), [{ argsText: '{"half' }])
  const patch: ToolDef = { type: 'custom', name: 'patch' }
  t.match(callsOf(await reply('echo', request('sim: call patch "one\\ntwo"', [patch]))), [{ argsText: 'one\ntwo' }])
  t.match(callsOf(await reply('echo', request('sim: call patch "one', [patch]))), [{ argsText: '"one' }])
  t.match(callsOf(await reply('echo', request('sim: call weather "Bonn"', [WEATHER]))), [
    { argsText: '{"city":"Bonn"}' }
  ])
  t.match(textOf(await reply('echo', request('sim: call erase {}', [CLOCK]))), /erase, which is not among.*clock/)
  t.equal(textOf(await reply('echo', request('sim: call erase {}', []))), 'sim: call erase {}')
})

t.test('JSON is answered where JSON is asked for', async t => {
  const schema = { type: 'object', properties: { age: { type: 'integer', minimum: 18 } }, required: ['age'] }
  t.equal(textOf(await reply('echo', ask('hi', { output: { format: { type: 'json_schema', schema } } }))), '{"age":18}')
  t.equal(textOf(await reply('echo', ask('hi', { output: { format: { type: 'json_object' } } }))), '{"answer":"hi"}')
})

t.test('an answer stops at the first stop sequence', async t => {
  const stopped = await reply('echo', ask('one two three two', { output: { stop: ['three', ' two'] } }))
  t.equal(textOf(stopped), 'one')
  t.match(finishOf(stopped), { reason: 'stop_sequence', matchedStop: ' two' })
  const missed = await reply('echo', ask('one', { output: { stop: ['two'] } }))
  t.equal(finishOf(missed)?.reason, 'stop')
  const thinking = await reply('reason', ask('hi', { output: { stop: ['Lorem'] } }))
  t.equal(finishOf(thinking)?.reason, 'stop', 'reasoning is not searched')
})

t.test('an answer ends at the limit of its tokens, reasoning and calls included', async t => {
  const cut = async (model: string, maxTokens: number, tools: readonly ToolDef[] = []) => {
    const response = await reply(model, ask('one two three', { output: { maxTokens }, tools }))
    t.match(finishOf(response), { reason: 'length', detail: 'max_output' }, `${model} with ${maxTokens}`)
    t.equal(response.usage?.output.total, maxTokens)
    return response
  }
  t.equal(textOf(await cut('echo', 2)), 'one two')
  t.strictSame(partsOf(await cut('echo', 0)), [{ type: 'text', text: '' }])
  t.equal(textOf(await cut('reason:10', 11)), 'one')
  t.equal((await cut('reason:10', 5)).usage?.output.reasoning, 5)
  const long: ToolDef = {
    type: 'function',
    name: 'f',
    schema: { properties: { text: { type: 'string', minLength: 90 } } }
  }
  t.not(callsOf(await cut('call', 3, [long]))[0]?.argsText.endsWith('}'), 'the arguments are cut as well')
  t.equal(finishOf(await reply('echo', ask('one two three', { output: { maxTokens: 3 } })))?.reason, 'stop')
})

t.test('more than one choice is written side by side', async t => {
  const { events, reply } = await hear(irWire, 'echo', ask('one two', { output: { n: 3 } }))
  t.strictSame(
    reply().choices.map(choice => choice.parts),
    [0, 1, 2].map(() => [{ type: 'text', text: 'one two' }])
  )
  const order = events.filter(event => event.type === 'part_delta').map(event => event.choice)
  t.strictSame(order, [0, 1, 2, 0, 1, 2])
  const called = (await hear(irWire, 'call', ask('hi', { output: { n: 2 }, tools: [CLOCK] }))).reply()
  const ids = called.choices.flatMap(choice => choice.parts.map(part => part.type === 'tool_call' && part.id))
  t.equal(new Set(ids).size, 2)
})

t.test('usage counts the prompt, what a cache would hold of it, and the answer', async t => {
  const fresh = await reply('echo', ask('one two three'))
  t.strictSame(fresh.usage, { input: { fresh: 3, cacheRead: 0 }, output: { total: 3, reasoning: 0 } })
  const messages = [says('user', 'a b'), says('assistant', 'c'), says('user', 'd e f')]
  t.match((await reply('echo', ask(messages))).usage?.input, { fresh: 3, cacheRead: 3 })
  const marked = [{ ...says('system', 'one two'), cache: {} }, says('user', 'three')]
  t.strictSame((await reply('echo', ask(marked))).usage?.input, { fresh: 1, cacheRead: 0, cacheWrite: { total: 2 } })
})

t.test('refuse refuses, and filter is cut off', async t => {
  t.match(partsOf(await reply('refuse', ask('hi'))), [{ type: 'refusal', text: /declines/ }])
  t.equal(finishOf(await reply('filter:3', ask('hi')))?.reason, 'content_filter')
})

t.test('tokens add up to their text, whatever it is', async t => {
  for (const text of [
    '',
    ' ',
    'one  two\n\n three ',
    'ohneleerzeichen'.repeat(9),
    '漢字かな交じり文'.repeat(5),
    '🐟🐠'
  ]) {
    t.equal(tokensOf(text).join(''), text)
  }
})

t.test('the list of models and the table of them agree', async t => {
  t.strictSame(
    KNOWN_MODELS.map(model => model.id),
    modelTable().map(([name]) => name)
  )
})
