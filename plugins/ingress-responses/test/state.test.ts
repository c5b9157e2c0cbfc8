import {
  type EventBatch,
  endEvent,
  errorEvent,
  finishEvent,
  type GenerateRequest,
  ISTHMUS_UPSTREAM_CLOSED,
  type Message,
  type Part,
  partEnd,
  partStart,
  startEvent,
  textDelta
} from '@isthmus/core'
import { sampleReplies } from '@isthmus/core/testing'
import fc from 'fast-check'
import t from 'tap'
import { type Answered, answer, client, saying } from './support/client.ts'

const GET = 'GET /v1/responses/:id'
const textsOf = ({ request }: Answered): readonly string[] =>
  (request as GenerateRequest).messages.flatMap(({ role, parts }: Message) =>
    parts.map(part => `${role}: ${'text' in part ? part.text : part.type}`)
  )
const stateOf = ({ request }: Answered) => (request as GenerateRequest).state
const idOf = ({ response }: Answered): string => String(response.id)

t.test('the upstream is told to keep nothing, and the reply says what the gateway does', async t => {
  const { ask } = await client()
  const batches = [saying('Hello.')]
  const end = endEvent({ ext: { responses: { store: false, previous_response_id: 'resp_theirs', service: 1 } } })
  const one = await ask({ model: 'm', input: 'Hi', store: true }, { batches, end })
  t.equal(stateOf(one), undefined)
  t.match(one.response, {
    id: `resp_${one.id.replaceAll('-', '')}`,
    store: true,
    previous_response_id: null,
    service: 1
  })
  t.same([...new Set(one.events.flatMap(({ response }) => (response as { id?: string })?.id ?? []))], [idOf(one)])
  const two = await ask({
    model: 'm',
    input: 'Hi',
    previous_response_id: idOf(one),
    include: ['web_search_call.results']
  })
  t.same(stateOf(two), { include: ['web_search_call.results'] })
  t.equal(two.response.previous_response_id, idOf(one))
})

t.test('store: false costs no stage, also where a conversation is put together', async t => {
  const { ask, ingress } = await client()
  const one = await ask({ model: 'm', input: 'Hi' })
  const two = await ask({ model: 'm', input: 'Go on', store: false, previous_response_id: idOf(one) })
  t.same(textsOf(two), ['user: Hi', 'assistant: Hello.', 'user: Go on'])
  t.same(stateOf(two), { store: false }, 'what the client said of its upstream stands')
  t.equal(two.response.id, 'resp_upstream')
  t.equal(ingress.hooks?.events?.({ get: () => undefined } as never), undefined)
})

t.test('a reply belongs to who asked for it', async t => {
  const { ask, visit } = await client()
  const one = await ask({ model: 'm', input: 'Hi' }, { principal: 'ada' })
  const id = idOf(one)
  t.match(await visit(GET, { id, principal: 'ada' }), { id })
  const { id: conversation } = await visit('POST /v1/conversations', { principal: 'ada', body: {} })
  for (const principal of ['bob', '']) {
    await t.rejects(visit(GET, { id, principal }), { code: 'INGRESS_RESPONSES_NOT_FOUND' })
    await t.rejects(visit('DELETE /v1/responses/:id', { id, principal }), { code: 'INGRESS_RESPONSES_NOT_FOUND' })
    await t.rejects(visit('GET /v1/responses/:id/input_items', { id, principal }), {
      code: 'INGRESS_RESPONSES_NOT_FOUND'
    })
    await t.rejects(visit('GET /v1/conversations/:id', { id: String(conversation), principal }), {
      code: 'INGRESS_RESPONSES_NOT_FOUND'
    })
    const lost = await ask({ model: 'm', input: 'x', previous_response_id: id }, { principal })
    t.same(textsOf(lost), ['user: x'])
    t.equal(stateOf(lost)?.previousResponseId, id, 'as an id of which nothing is known')
    const item = (one.response.output as { id: string }[])[0]?.id
    await t.rejects(ask({ model: 'm', input: [{ type: 'item_reference', id: item }] }, { principal }), {
      code: 'INGRESS_RESPONSES_UNKNOWN'
    })
  }
})

t.test('items are found by the ids that their upstream gave them', async t => {
  const { ask } = await client()
  const sealed = { id: 'rs_theirs', index: 0 }
  const batches = [
    answer([
      { type: 'reasoning', text: 'Hm.', hidden: false, item: sealed },
      { type: 'text', text: 'Yes.' }
    ])
  ]
  const one = await ask({ model: 'm', input: 'Hi' }, { batches })
  t.match(one.response.output, [{ id: 'rs_theirs' }, {}])
  const input = [
    { type: 'item_reference', id: 'rs_theirs' },
    { role: 'user', content: 'Why?' }
  ]
  t.same(textsOf(await ask({ model: 'm', input })), ['assistant: Hm.', 'user: Why?'])
  const untyped = [{ id: 'rs_theirs' }, { role: 'user', content: 'Why?' }]
  t.same(textsOf(await ask({ model: 'm', input: untyped })), ['assistant: Hm.', 'user: Why?'])
  const twice = await ask({ model: 'm', input, previous_response_id: idOf(one) })
  t.same(textsOf(twice), ['user: Hi', 'assistant: Hm.', 'assistant: Yes.', 'user: Why?'], 'nothing is told twice')
})

t.test('turns of one conversation that end at the same time both become part of it', async t => {
  const { ask, visit } = await client()
  const items = [{ type: 'message', role: 'user', content: 'first' }]
  const { id } = await visit('POST /v1/conversations', { body: { items } })
  const turn = (input: string) => ask({ model: 'm', input, conversation: id }, { batches: [saying(`${input}!`)] })
  const [one] = await Promise.all([turn('a'), turn('b')])
  t.match(one.response, { conversation: { id }, previous_response_id: null })
  const last = textsOf(await turn('c'))
  t.equal(last[0], 'user: first')
  t.same([...last].sort(), ['assistant: a!', 'assistant: b!', 'user: a', 'user: b', 'user: c', 'user: first'])
  await t.rejects(visit('POST /v1/conversations', { body: { items: [{ type: 'message', role: 'user' }] } }), {
    message: /^items\[0\]\.content:/
  })
  await t.rejects(visit('POST /v1/conversations', { body: { items: [1] } }), { message: /^items\[0\]:/ })
})

t.test('after a compaction a conversation goes on from what it left', async t => {
  const { ask } = await client()
  const one = await ask({ model: 'm', input: 'My name is Ada.' })
  const input = [{ type: 'compaction_trigger' }]
  const tools = [{ type: 'function', name: 'f' }, { type: 'web_search' }]
  const previous_response_id = idOf(one)
  const asked = { model: 'm', input, tools, tool_choice: 'required', text: { format: { type: 'json_object' } } }
  const two = await ask({ ...asked, previous_response_id }, { batches: [saying('She is Ada.')] })
  const request = two.request as GenerateRequest
  t.match(textsOf(two), ['user: My name is Ada.', 'assistant: Hello.', /^user: Summarize the conversation/])
  t.match(request, { tools: [{ name: 'f' }], toolChoice: { type: 'none' }, output: { format: undefined } })
  t.equal(request.tools.length, 1)
  t.match(two.response.output, [{ type: 'compaction', id: /^cmp_/ }])
  const three = await ask({ model: 'm', input: 'Who am I?', previous_response_id: idOf(two) })
  const [told, ...others] = textsOf(three)
  t.match(told, /^developer: .*\n\nShe is Ada\.$/s)
  t.same(others, ['user: Who am I?'])
})

t.test('a summary that is missing or cut short is an error, and nothing of it is kept', async t => {
  const { ask, visit } = await client()
  const body = { model: 'm', input: [{ role: 'user', content: 'x' }, { type: 'compaction_trigger' }] }
  for (const batch of [saying(''), saying('half a summ', 'length')]) {
    const failed = await ask(body, { batches: batch.map(event => [event]) })
    t.match(failed.response, { status: 'failed', error: { code: 'server_error' } })
    t.same(failed.response.output, [])
    await t.rejects(visit(GET, { id: idOf(failed) }), { code: 'INGRESS_RESPONSES_NOT_FOUND' })
  }
})

t.test('what people and programs said stands beside a summary', async t => {
  const { ask } = await client()
  const first = await ask({ model: 'm', input: 'one' })
  const input = [
    { role: 'developer', content: 'Be kind.', id: 'msg_own' },
    { role: 'assistant', content: 'Yes.' },
    { role: 'user', content: [{ type: 'input_text', text: 'two' }] }
  ]
  const body = { model: 'm', input, previous_response_id: idOf(first) }
  const { response } = await ask(body, { path: '/v1/responses/compact', batches: [saying('All of it.')] })
  t.match(response.output, [
    { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'one' }], id: /^msg_/ },
    { role: 'developer', id: 'msg_own', content: [{ text: 'Be kind.' }] },
    { role: 'user', content: [{ text: 'two' }] },
    { type: 'compaction' }
  ])
})

t.test('compaction items of others, and triggers where the provider compacts, go on as they came', async t => {
  const foreign = { type: 'compaction', encrypted_content: 'gAAAAA' }
  const native = ({ request }: Answered) =>
    (request as GenerateRequest).messages.flatMap(({ parts }) =>
      parts.flatMap(part => (part.type === 'opaque' ? part.native.object : []))
    )
  const { ask } = await client()
  t.same(native(await ask({ model: 'm', input: [foreign, { role: 'user', content: 'x' }] })), [foreign])
  const trigger = { type: 'compaction_trigger' }
  const provider = await client({ compaction: 'provider' })
  t.same(native(await provider.ask({ model: 'm', input: [{ role: 'user', content: 'x' }, trigger] })), [trigger])
})

t.test('with the state at the provider, or nowhere, the gateway keeps nothing', async t => {
  const provider = await client({ state: 'provider' })
  const passed = await provider.ask({ model: 'm', input: 'x', previous_response_id: 'resp_1' })
  t.same(stateOf(passed), { previousResponseId: 'resp_1', store: true })
  t.equal(passed.response.id, 'resp_upstream')
  t.same(stateOf(await provider.ask({ model: 'm', input: 'x', store: false })), { store: false })
  const off = await client({ state: 'off' })
  const reply = await off.ask({ model: 'm', input: 'x', store: true })
  t.equal(stateOf(reply), undefined)
  t.equal(reply.response.store, false, 'nobody is told that a reply was kept')
  for (const linked of [
    { previous_response_id: 'resp_1' },
    { conversation: 'conv_1' },
    { input: [{ type: 'item_reference', id: 'x' }] }
  ]) {
    await t.rejects(off.ask({ model: 'm', input: 'x', ...linked }), { code: 'INGRESS_RESPONSES_STATELESS' })
  }
  for (const { host } of [provider, off]) t.same(await host.store.list(''), [])
})

t.test('what cannot be given is refused in words', async t => {
  const { ask, visit } = await client({ maxBytes: 2048 })
  const id = idOf(await ask({ model: 'm', input: 'x' }))
  await t.rejects(visit(GET, { id, query: { stream: 'true' } }), { code: 'INGRESS_RESPONSES_STREAM_AGAIN' })
  for (const query of [{ limit: '0' }, { limit: 'x' }, { order: 'up' }, { after: 'msg_nobody' }]) {
    await t.rejects(visit('GET /v1/responses/:id/input_items', { id, query }), { code: 'ISTHMUS_REQUEST_INVALID' })
  }
  const items = [{ type: 'message', role: 'user', content: 'x'.repeat(3000) }]
  await t.rejects(visit('POST /v1/conversations', { body: { items } }), { code: 'INGRESS_RESPONSES_TOO_LARGE' })
  const both = { model: 'm', input: 'x', previous_response_id: id, conversation: 'conv_1' }
  await t.rejects(ask(both), { code: 'INGRESS_RESPONSES_TWO_PASTS' })
  await t.rejects(ask({ model: 'm', input: 'x', background: true }), { code: 'INGRESS_RESPONSES_BACKGROUND' })
})

t.test('a reply that is too large, or that failed, is not kept and does not say so', async t => {
  const { ask, visit, host } = await client({ maxBytes: 2048 })
  const large = await ask({ model: 'm', input: 'x'.repeat(3000) })
  t.match(large.response, { status: 'completed', store: false })
  const failing: EventBatch = [...saying('Hel').slice(0, 2), errorEvent(ISTHMUS_UPSTREAM_CLOSED('p'))]
  const failed = await ask({ model: 'm', input: 'x' }, { batches: [failing] })
  t.match(failed.response, { status: 'failed' })
  for (const answered of [large, failed])
    await t.rejects(visit(GET, { id: idOf(answered) }), { code: 'INGRESS_RESPONSES_NOT_FOUND' })
  t.same(await host.store.list(''), [])
  t.match(host.lines, [])
})

t.test('what is kept is what the client got, whatever came and however it was cut', async t => {
  const { ask, visit } = await client({ maxBytes: 1_000_000 })
  for (const { name, events } of sampleReplies()) {
    const all = events()
    const end = all.at(-1)
    if (end?.type !== 'end') continue
    for (const batches of [[all.slice(0, -1)], all.slice(0, -1).map(event => [event])]) {
      const { response } = await ask({ model: 'm', input: 'x', stream: true }, { batches, end })
      t.same(await visit(GET, { id: String(response.id) }), response, name)
    }
  }
})

t.test('what is kept is what the client got, also where parts grow at the same time', async t => {
  const { ask, visit } = await client()
  const kind = fc.constantFrom('text', 'reasoning', 'call', 'empty')
  await fc.assert(
    fc.asyncProperty(
      fc.array(kind, { minLength: 1, maxLength: 4 }),
      fc.array(fc.nat(3), { maxLength: 12 }),
      async (kinds, order) => {
        const parts = kinds.map(growing)
        const started = parts.map(({ head }, at) => partStart(0, at, head))
        const grown = order.flatMap(at => parts[at]?.grow(at) ?? [])
        const ended = parts.map(({ whole }, at) => partEnd(0, at, whole())).reverse()
        const finish = finishEvent(0, { reason: 'stop', native: '' })
        const batches = [startEvent('', 'm'), ...started, ...grown, ...ended, finish].map(event => [event])
        const { response } = await ask({ model: 'm', input: 'x', stream: true }, { batches })
        t.same(await visit(GET, { id: String(response.id) }), response)
      }
    ),
    { numRuns: 100 }
  )
})

/** growing is a part of a reply that grows by one word at a time. */
function growing(kind: string) {
  let text = ''
  const partOf = (said: string): Part => {
    if (kind === 'call') return { type: 'tool_call', id: 'call_1', name: 'f', kind: 'function', argsText: said }
    return kind === 'reasoning' ? { type: 'reasoning', text: said, hidden: false } : { type: 'text', text: said }
  }
  const delta = kind === 'call' ? 'args' : kind === 'reasoning' ? 'reasoning' : 'text'
  return {
    head: partOf(''),
    grow(at: number): EventBatch {
      if (kind === 'empty') return []
      text += 'word '
      return [textDelta(0, at, delta, 'word ')]
    },
    whole: () => partOf(text)
  }
}

t.test('any conversation comes to the model as if the client had sent all of it', async t => {
  const { ask } = await client()
  const word = fc.string({ minLength: 1, maxLength: 12 }).map(text => `.${text}`)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(word, word), { minLength: 1, maxLength: 6 }), word, async (turns, question) => {
      let previous: string | undefined
      const items: object[] = []
      for (const [input, output] of turns) {
        const link = previous === undefined ? {} : { previous_response_id: previous }
        const turn = await ask({ model: 'm', input, ...link }, { batches: [saying(output)] })
        previous = idOf(turn)
        items.push({ role: 'user', content: input, type: 'message' }, ...(turn.response.output as object[]))
      }
      const kept = await ask({ model: 'm', input: question, previous_response_id: previous })
      const sent = await ask({ model: 'm', input: [...items, { role: 'user', content: question, type: 'message' }] })
      const messages = ({ request }: Answered) => (request as GenerateRequest).messages
      t.same(messages(kept), messages(sent))
    }),
    { numRuns: 25 }
  )
})
