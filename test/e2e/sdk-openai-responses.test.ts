import { request as httpRequest } from 'node:http'
import OpenAI from 'openai'
import type { ResponseInputItem, ResponseStreamEvent, Tool } from 'openai/resources/responses/responses'
import t from 'tap'
import { composed } from '../support/composed.ts'
import { CITY_SCHEMA, caught, WEATHER } from '../support/simulated.ts'

/*
 * The official client of OpenAI, as it is published, speaking Responses. What it wants to be kept is kept by the gateway,
 * so that all of it works with upstreams that keep nothing and speak other formats.
 */

t.setTimeout(60_000)
const WIRES = ['chat-completions', 'messages', 'responses', 'gemini']
const { url, logged, gateway } = await composed(t, {
  plugins: [
    { use: '@isthmus/ingress-responses' },
    ...WIRES.map(wire => ({
      use: '@isthmus/provider-simulator',
      id: `sim-${wire}`,
      options: { wire, tokenDelayMs: 0 }
    }))
  ]
})
const openai = new OpenAI({ apiKey: 'any', baseURL: `${url}/v1`, maxRetries: 0 })
const weather: Tool = { type: 'function', name: 'weather', description: 'Weather.', parameters: WEATHER, strict: false }

async function events(stream: AsyncIterable<ResponseStreamEvent>): Promise<ResponseStreamEvent[]> {
  const all: ResponseStreamEvent[] = []
  for await (const event of stream) all.push(event)
  return all
}

for (const wire of WIRES) {
  const model = (name: string) => `sim-${wire}/${name}`

  t.test(`${wire}: text, whole and streamed, is kept as the client got it`, async t => {
    const request = { model: model('echo'), input: 'Guten Tag, 世界 🌍' }
    const whole = await openai.responses.create(request)
    t.equal(whole.output_text, 'Guten Tag, 世界 🌍')
    t.match(whole, { id: /^resp_/, status: 'completed', store: true, previous_response_id: null })
    const { output_text: _text, _request_id: _id, ...received } = whole as typeof whole & { _request_id?: string }
    const { output_text: _kept, ...kept } = await openai.responses.retrieve(whole.id)
    t.same(kept, received)

    const stream = await openai.responses.create({ ...request, stream: true })
    const all = await events(stream)
    const ids = new Set(all.flatMap(event => ('response' in event ? event.response.id : [])))
    t.equal(ids.size, 1)
    const [id] = ids
    const last = all.at(-1)
    if (last?.type !== 'response.completed') return t.fail('the stream did not end well')
    const { output_text: _streamed, ...again } = await openai.responses.retrieve(id ?? '')
    t.same(again, last.response)
  })

  t.test(`${wire}: a reply goes on from the one before, whole and streamed`, async t => {
    const ask = { model: model('inspect'), store: true }
    const one = await openai.responses.create({
      model: model('echo'),
      instructions: 'Be brief.',
      input: 'My name is Ada.'
    })
    const two = await openai.responses.create({ model: model('echo'), input: 'I am 36.', previous_response_id: one.id })
    t.equal(two.previous_response_id, one.id)
    const three = await openai.responses.create({
      ...ask,
      instructions: 'Be kind.',
      input: 'Who am I?',
      previous_response_id: two.id
    })
    const seen = three.output_text
    let at = 0
    for (const text of ['Be kind.', 'My name is Ada.', 'My name is Ada.', 'I am 36.', 'I am 36.', 'Who am I?']) {
      at = seen.indexOf(text, at) + 1
      t.ok(at > 0, text)
    }
    t.notMatch(seen, 'Be brief.', 'instructions are for one request alone')
    t.notMatch(seen, 'previous_response_id')
    const helper = openai.responses.stream({ ...ask, input: 'Who am I?', previous_response_id: two.id })
    t.match((await helper.finalResponse()).output_text, 'My name is Ada.')
  })

  t.test(`${wire}: a loop over a tool sends only what is new`, async t => {
    const request = { model: model('call:1'), tools: [weather] }
    const called = await openai.responses.create({ ...request, input: 'What is it like in Oslo?' })
    const [call] = called.output.filter(item => item.type === 'function_call')
    t.match(call, { name: 'weather', arguments: '{"city":"city"}' })
    const output: ResponseInputItem = { type: 'function_call_output', call_id: call?.call_id ?? '', output: 'snow' }
    const answer = await openai.responses.create({ ...request, input: [output], previous_response_id: called.id })
    t.match(answer.output_text, 'The tool weather answered: snow')
  })

  t.test(`${wire}: reasoning goes back to the model that sealed it, without the client`, async t => {
    const request = { model: model('reason:5'), reasoning: { effort: 'high' as const, summary: 'auto' as const } }
    const one = await openai.responses.create({ ...request, input: 'Think' })
    t.ok(one.output.some(item => item.type === 'reasoning'))
    const two = await openai.responses.create({ ...request, input: 'Again', previous_response_id: one.id })
    t.match(two.output_text, '1 with my seal, 0 without')
  })

  t.test(`${wire}: a conversation`, async t => {
    const { id } = await openai.conversations.create({
      metadata: { topic: 'names' },
      items: [{ type: 'message', role: 'user', content: 'My name is Ada.' }]
    })
    t.match(await openai.conversations.retrieve(id), { id, object: 'conversation', metadata: { topic: 'names' } })
    const one = await openai.responses.create({
      model: model('echo'),
      input: 'I am 36.',
      conversation: id,
      store: false
    })
    t.match(one, { conversation: { id }, store: false })
    t.match(await caught(openai.responses.retrieve(one.id)), { status: 404 })
    const two = await openai.responses.create({ model: model('inspect'), input: 'Who am I?', conversation: { id } })
    t.match(two.output_text, 'My name is Ada.')
    t.match(two.output_text, 'I am 36.')
    await openai.conversations.delete(id)
    t.match(await caught(openai.conversations.retrieve(id)), { status: 404 })
    const lost = await caught(openai.responses.create({ model: model('echo'), input: 'x', conversation: id }))
    if (wire === 'responses') return
    t.match(lost, { status: 400, code: 'conversation_not_found', message: id })
  })

  t.test(`${wire}: a conversation is compacted, and goes on from its summary on any model`, async t => {
    const input: ResponseInputItem[] = [
      { type: 'message', role: 'user', content: 'My name is Ada.' },
      { type: 'message', role: 'assistant', content: 'Hello Ada.' }
    ]
    const window = await openai.responses.compact({ model: model('tokens:7'), input })
    t.match(window, { object: 'response.compaction', output: [{ role: 'user' }, { type: 'compaction' }] })
    t.equal(window.output.length, 2)
    t.ok(window.usage.output_tokens > 0)

    const trigger = { type: 'compaction_trigger' } as unknown as ResponseInputItem
    const request = {
      model: model('tokens:7'),
      input: [...input, trigger],
      store: false,
      stream: true as const,
      tools: [weather]
    }
    const all = await events(await openai.responses.create(request))
    const done = all.filter(event => event.type === 'response.output_item.done')
    t.match(done, [{ item: { type: 'compaction' } }])
    t.equal(done.length, 1)
    const [item] = done.map(event => event.item)
    for (const other of WIRES) {
      const next = await openai.responses.create({
        model: `sim-${other}/inspect`,
        input: [...(item === undefined ? [] : [item as ResponseInputItem]), { role: 'user', content: 'Go on.' }]
      })
      t.match(next.output_text, 'The conversation before this point was compacted.')
    }
  })

  t.test(`${wire}: tokens are counted, also of what is kept`, async t => {
    const request = { model: model('echo'), input: 'one two three' }
    const { input_tokens: short, object } = await openai.responses.inputTokens.count(request)
    t.equal(object, 'response.input_tokens')
    t.ok(short > 0)
    const { id } = await openai.responses.create(request)
    const { input_tokens: long } = await openai.responses.inputTokens.count({ ...request, previous_response_id: id })
    t.ok(long > short)
  })

  t.test(`${wire}: the answer fits a schema`, async t => {
    const format = { type: 'json_schema' as const, name: 'city', strict: true, schema: { ...CITY_SCHEMA } }
    const { output_text } = await openai.responses.create({ model: model('echo'), input: 'A city', text: { format } })
    t.same(JSON.parse(output_text), { city: 'city', people: 1 })
  })

  t.test(`${wire}: what goes wrong in a stream is thrown, and nothing of it is kept`, async t => {
    let id = ''
    const request = { model: model('error-in-stream:5'), input: 'Hi', stream: true as const }
    const failed = await caught(
      (async () => {
        for await (const event of await openai.responses.create(request)) {
          if (event.type === 'response.created') id = event.response.id
        }
      })()
    )
    t.ok(failed instanceof OpenAI.APIError, failed.message)
    t.match(id, /^resp_/)
    t.match(await caught(openai.responses.retrieve(id)), { status: 404 })
  })
}

t.test('a kept reply is listed with what it was made from, in both orders and in pages', async t => {
  const model = 'sim-chat-completions/echo'
  const one = await openai.responses.create({ model, input: 'one' })
  const two = await openai.responses.create({
    model,
    input: [
      { role: 'developer', content: 'two' },
      { role: 'user', content: [{ type: 'input_text', text: 'three' }] }
    ],
    previous_response_id: one.id
  })
  const texts = async (query: { readonly order?: 'asc' | 'desc'; readonly limit?: number }) => {
    const found: string[] = []
    for await (const item of openai.responses.inputItems.list(two.id, query)) {
      t.match(item.id, /^msg_/)
      const [content] = item.type === 'message' ? item.content : []
      found.push(content !== undefined && 'text' in content ? content.text : item.type)
    }
    return found
  }
  t.same(await texts({ order: 'asc' }), ['one', 'one', 'two', 'three'])
  t.same(await texts({}), ['three', 'two', 'one', 'one'])
  t.same(await texts({ order: 'asc', limit: 1 }), ['one', 'one', 'two', 'three'])
  t.match(await caught(texts({ limit: 0 })), { status: 400, param: 'limit' })

  await openai.responses.delete(one.id)
  t.match(await caught(openai.responses.retrieve(one.id)), { status: 404 })
  const broken = await caught(openai.responses.create({ model, input: 'x', previous_response_id: two.id }))
  t.match(broken, { status: 400, code: 'previous_response_not_found' })
  t.match(broken.message, one.id, 'the missing link is named')
})

t.test('an id that nobody knows is named, and is left to an upstream that may know it', async t => {
  const ask = { input: 'x', previous_response_id: 'resp_elsewhere' }
  const lost = await caught(openai.responses.create({ ...ask, model: 'sim-chat-completions/echo' }))
  t.match(lost, { status: 400, code: 'previous_response_not_found', param: 'previous_response_id' })
  t.match(lost.message, "'resp_elsewhere'")
  const input = [{ type: 'item_reference' as const, id: 'rs_elsewhere' }]
  const item = await caught(openai.responses.create({ model: 'sim-messages/echo', input }))
  t.match(item, { status: 400, param: 'input', message: 'rs_elsewhere' })
  const both = { ...ask, conversation: 'conv_x', model: 'sim-chat-completions/echo' }
  t.match(await caught(openai.responses.create(both)), { status: 400, param: 'previous_response_id' })
  const background = { model: 'sim-messages/echo', input: 'x', background: true }
  t.match(await caught(openai.responses.create(background)), { status: 400, param: 'background' })
})

t.test('references to kept items, and tools that are added later, reach any model', async t => {
  const one = await openai.responses.create({ model: 'sim-chat-completions/echo', input: 'My name is Ada.' })
  const [said] = one.output
  const two = await openai.responses.create({
    model: 'sim-messages/inspect',
    input: [
      { type: 'item_reference', id: said?.id ?? '' },
      { role: 'user', content: 'Go on.' }
    ]
  })
  t.match(two.output_text, 'My name is Ada.')
  const added = { type: 'additional_tools', role: 'developer', tools: [weather] } as unknown as ResponseInputItem
  const called = await openai.responses.create({
    model: 'sim-gemini/call:1',
    input: [added, { role: 'user', content: 'Oslo?' }]
  })
  t.match(called.output, [{ type: 'function_call', name: 'weather' }])
})

t.test('store: false keeps nothing', async t => {
  const reply = await openai.responses.create({ model: 'sim-chat-completions/echo', input: 'x', store: false })
  t.match(reply, { store: false })
  t.match(await caught(openai.responses.retrieve(reply.id)), { status: 404 })
})

t.test('a waiting client is kept alive by events that its libraries know', async t => {
  const patient = await composed(t, {
    plugins: [{ use: '@isthmus/ingress-responses' }, { use: '@isthmus/provider-simulator' }],
    server: { headersAfterMs: 5, keepAliveMs: 5 }
  })
  const client = new OpenAI({ apiKey: 'any', baseURL: `${patient.url}/v1`, maxRetries: 0 })
  const stream = await client.responses.create({ model: 'simulator/slow-head:100ms', input: 'x', stream: true })
  const all = await events(stream)
  t.ok(all.filter(event => event.type === 'response.in_progress').length > 1)
  const ids = new Set(all.flatMap(event => ('response' in event ? event.response.id : [])))
  t.equal(ids.size, 1, 'what was told while waiting stays true')
  const [id] = ids
  t.equal((await client.responses.retrieve(id ?? '')).output_text, 'x')
})

t.test('a WebSocket upgrade is answered with 426 at once, and what is not served says so', async t => {
  const headers = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'a'
  }
  const status = await new Promise(resolve => {
    httpRequest(`${url}/v1/responses`, { headers }, reply => resolve(reply.resume().statusCode)).end()
  })
  t.equal(status, 426)
  for (const path of ['/v1/responses/resp_1/cancel', '/v1/conversations/conv_1/items']) {
    const reply = await fetch(url + path, { method: 'POST', body: '{}' })
    t.match(
      await reply.json(),
      { error: { type: 'invalid_request_error', message: /not served|does not serve/i } },
      path
    )
  }
})

t.test('nothing went wrong behind the clients’ backs', async t => {
  t.equal(gateway === undefined, false)
  const wrong = logged.filter(({ level, msg }) => Number(level) >= 50 && /kept|added|forgotten/.test(String(msg)))
  t.same(wrong, [])
})
