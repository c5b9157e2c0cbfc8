import Anthropic from '@anthropic-ai/sdk'
import { betaTool } from '@anthropic-ai/sdk/helpers/beta/json-schema'
import type { MessageParam, Tool } from '@anthropic-ai/sdk/resources/messages'
import t from 'tap'
import { CITY_SCHEMA, CLOCK, caught, PIXEL, simulated, WEATHER, WIRES } from '../support/simulated.ts'

/* The official client of Anthropic, as it is published, against the started binary, over all wires of the simulator. */

t.setTimeout(60_000)
const gateway = await simulated(t)
const anthropic = gateway.anthropic()

const user = (content: string): MessageParam => ({ role: 'user', content })
const mutable = (schema: object) => ({ ...schema }) as Tool['input_schema']
const tools: Tool[] = [
  { name: 'weather', description: 'The weather in a city.', input_schema: mutable(WEATHER) },
  { name: 'clock', description: 'The time in a zone.', input_schema: mutable(CLOCK) }
]
const refusals = () => gateway.running.out.match(/"code":"FORMAT_MESSAGES_THREAD"/g)?.length ?? 0
const textOf = (message: { readonly content: readonly object[] }) =>
  message.content.map(block => (block as { readonly text?: string }).text ?? '').join('')

for (const wire of WIRES) {
  const ask = (name: string, content: MessageParam['content'] = 'Hi') => ({
    model: `${wire}/${name}`,
    max_tokens: 1000,
    messages: [{ role: 'user' as const, content }]
  })

  t.test(`${wire}: text, whole and streamed`, async t => {
    const request = { ...ask('echo', 'Guten Tag, 世界 🌍'), system: 'Be brief.' }
    const { data, request_id } = await anthropic.messages.create(request).withResponse()
    t.match(data, {
      type: 'message',
      role: 'assistant',
      model: 'echo',
      content: [{ type: 'text', text: 'Guten Tag, 世界 🌍' }],
      stop_reason: 'end_turn',
      stop_sequence: null
    })
    t.ok(data.usage.input_tokens > 0 && data.usage.output_tokens > 0)
    t.match(await gateway.lineOf(request_id ?? ''), { outcome: 'ok', ingress: 'messages', model: `${wire}/echo` })

    const stream = anthropic.messages.stream(request)
    let said = ''
    stream.on('text', delta => {
      said += delta
    })
    const final = await stream.finalMessage()
    t.equal(said, 'Guten Tag, 世界 🌍')
    t.match(final.content, [{ type: 'text', text: said }])
    t.equal(final.stop_reason, 'end_turn')
    t.equal(final.usage.output_tokens, data.usage.output_tokens, 'streaming changes nothing in the usage')
    t.equal(final.usage.input_tokens, data.usage.input_tokens)
  })

  t.test(`${wire}: reasoning comes as thinking with a signature, which is accepted when it comes back`, async t => {
    const request = { ...ask('reason:30', 'Think'), thinking: { type: 'enabled' as const, budget_tokens: 1024 } }
    const asked = { ...request, max_tokens: 2000 }
    const whole = await anthropic.messages.create(asked)
    const streamed = await anthropic.messages.stream(asked).finalMessage()
    for (const { content } of [whole, streamed]) {
      t.match(content, [
        { type: 'thinking', thinking: /^\w+ \w+/, signature: String },
        { type: 'text', text: 'Think' }
      ])
      // Gemini signs the answer that came of the thought: that signature comes in a block behind it.
      const signed = content.filter(block => block.type === 'thinking' && block.signature.length > 8)
      t.strictSame(signed, [wire === 'simulator-gemini' ? content[2] : content[0]])
    }
    const next: MessageParam[] = [...asked.messages, { role: 'assistant', content: streamed.content }, user('And now?')]
    const again = await anthropic.messages.create({ ...asked, messages: next })
    t.equal(textOf(again), 'And now? Earlier thoughts that came back: 1 with my seal, 0 without.')
  })

  t.test(`${wire}: two rounds of a loop with parallel calls, written out by hand`, async t => {
    const request = { ...ask('call:2', 'What is it like in Oslo?'), tools }
    const whole = await anthropic.messages.create(request)
    const streamed = await anthropic.messages.stream(request).finalMessage()
    for (const { content, stop_reason } of [whole, streamed]) {
      t.equal(stop_reason, 'tool_use')
      t.match(content, [
        { type: 'tool_use', name: 'weather', input: { city: 'city' } },
        { type: 'tool_use', name: 'clock', input: { zone: 'UTC' } }
      ])
    }
    const [weather, clock] = streamed.content.filter(block => block.type === 'tool_use')
    const answer = await anthropic.messages.create({
      ...request,
      messages: [
        ...request.messages,
        { role: 'assistant', content: streamed.content },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: clock?.id ?? '', content: 'unknown zone', is_error: true },
            { type: 'tool_result', tool_use_id: weather?.id ?? '', content: [{ type: 'text', text: 'snow' }] }
          ]
        }
      ]
    })
    t.match(textOf(answer), 'The tool weather answered: snow')
    t.match(textOf(answer), /The tool clock (failed|answered): .*unknown zone/)
    t.equal(answer.stop_reason, 'end_turn')
  })

  for (const stream of [false, true]) {
    t.test(`${wire}: toolRunner goes on without a thread, ${stream ? 'streamed' : 'whole'}`, async t => {
      const called: string[] = []
      const run = (name: string, answer: string) => (args: object) => {
        called.push(`${name} ${JSON.stringify(args)}`)
        return answer
      }
      const model = `${wire}/call:${stream ? '2@0ms' : 'all'}`
      const refused = refusals()
      const request = {
        ...ask('', 'Look around'),
        model,
        tools: [
          betaTool({ name: 'weather', description: 'Weather.', inputSchema: WEATHER, run: run('weather', 'snow') }),
          betaTool({ name: 'clock', description: 'Time.', inputSchema: CLOCK, run: run('clock', 'noon') })
        ]
      }
      const runner = stream
        ? anthropic.beta.messages.toolRunner({ ...request, stream })
        : anthropic.beta.messages.toolRunner(request)
      const final = await runner.runUntilDone()
      t.equal(textOf(final), 'The tool weather answered: snow\nThe tool clock answered: noon')
      t.strictSame(called.sort(), ['clock {"zone":"UTC"}', 'weather {"city":"city"}'])
      const lines = await gateway.linesFor(model, 2)
      t.strictSame(
        lines.map(line => line.outcome),
        ['ok', 'ok']
      )
      t.equal(refusals(), refused + 1, 'a thread is refused once, and then nothing is lost')
    })
  }

  t.test(`${wire}: a tool choice is obeyed`, async t => {
    for (const [tool_choice, names] of [
      [{ type: 'tool', name: 'clock' }, ['clock']],
      [{ type: 'any' }, ['weather']],
      [{ type: 'none' }, []]
    ] as const) {
      const { content } = await anthropic.messages.create({ ...ask('echo'), tools, tool_choice })
      t.strictSame(
        content.flatMap(block => (block.type === 'tool_use' ? [block.name] : [])),
        names
      )
    }
  })

  t.test(`${wire}: an image arrives, also as the result of a tool`, async t => {
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } } as const
    const seen = await anthropic.messages.create(ask('echo', [{ type: 'text', text: 'Look:' }, image]))
    t.equal(textOf(seen), 'Look:\n[image image/png, 70 bytes]')
    const call = { type: 'tool_use', id: 'toolu_01', name: 'weather', input: { city: 'Oslo' } } as const
    const answered = await anthropic.messages.create({
      ...ask('echo'),
      tools,
      messages: [
        user('Show me'),
        { role: 'assistant', content: [call] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content: [image] }] }
      ]
    })
    t.match(textOf(answered), '[image image/png, 70 bytes]')
  })

  t.test(`${wire}: the answer fits a schema, whole and streamed`, async t => {
    const format = { type: 'json_schema' as const, schema: { ...CITY_SCHEMA } }
    const request = { ...ask('echo', 'A city, as JSON'), output_config: { format } }
    for (const message of [
      await anthropic.messages.create(request),
      await anthropic.messages.stream(request).finalMessage()
    ]) {
      t.strictSame(JSON.parse(textOf(message)), { city: 'city', people: 1 })
      t.equal(message.stop_reason, 'end_turn')
    }
  })

  t.test(`${wire}: a stop sequence and a token limit end the answer`, async t => {
    const request = { ...ask('echo', 'one two HALT three'), stop_sequences: ['HALT'] }
    if (wire === 'simulator-responses') {
      const refused = await caught(anthropic.messages.create(request))
      t.match(refused, { status: 400, message: /output\.stop/ }, 'Responses has no stop sequences')
    } else {
      const stopped = await anthropic.messages.create(request)
      t.equal(textOf(stopped), 'one two ')
      // Most formats do not tell why an answer stopped, so nothing is made up there.
      const why = wire === 'simulator-messages' ? ['stop_sequence', 'HALT'] : ['end_turn', null]
      t.strictSame([stopped.stop_reason, stopped.stop_sequence], why)
    }
    const cut = await anthropic.messages.create({ ...ask('tokens:50'), max_tokens: 20 })
    t.equal(cut.stop_reason, 'max_tokens')
    t.equal(cut.usage.output_tokens, 20)
  })

  t.test(`${wire}: a refusal and a filter are told`, async t => {
    const refused = await anthropic.messages.create(ask('refuse'))
    t.match(JSON.stringify(refused), 'I am a simulation that declines every request.')
    // In Gemini a refusal is a text like any other.
    t.equal(refused.stop_reason, wire === 'simulator-gemini' ? 'end_turn' : 'refusal')
    t.equal((await anthropic.messages.create(ask('filter'))).stop_reason, 'refusal')
  })

  t.test(`${wire}: each status of the upstream becomes the class of error that the client has for it`, async t => {
    const cases = [
      ['fail:400', Anthropic.BadRequestError, 400, 'invalid_request_error'],
      // The gateway's own key or account: nothing that this client could mend.
      ['fail:401', Anthropic.InternalServerError, 502, 'api_error'],
      ['fail:402', Anthropic.InternalServerError, 502, 'api_error'],
      ['fail:403', Anthropic.InternalServerError, 502, 'api_error'],
      ['fail:404', Anthropic.NotFoundError, 404, 'not_found_error'],
      ['fail:413', Anthropic.APIError, 413, 'request_too_large'],
      ['fail:422', Anthropic.BadRequestError, 400, 'invalid_request_error'],
      ['fail:429', Anthropic.RateLimitError, 429, 'rate_limit_error'],
      ['fail:500', Anthropic.InternalServerError, 502, 'api_error'],
      ['fail:502', Anthropic.InternalServerError, 502, 'api_error'],
      ['fail:503', Anthropic.InternalServerError, 529, 'overloaded_error'],
      ['fail:504', Anthropic.InternalServerError, 504, 'timeout_error'],
      ['fail:529', Anthropic.InternalServerError, 529, 'overloaded_error'],
      ['fail:context', Anthropic.BadRequestError, 400, 'invalid_request_error'],
      ['unreachable', Anthropic.InternalServerError, 502, 'api_error'],
      ['empty', Anthropic.InternalServerError, 502, 'api_error'],
      ['garbage', Anthropic.InternalServerError, 502, 'api_error'],
      ['cut', Anthropic.InternalServerError, 502, 'api_error'],
      ['reset', Anthropic.InternalServerError, 502, 'api_error'],
      ['no-such-model', Anthropic.NotFoundError, 404, 'not_found_error']
    ] as const
    for (const [name, type, status, kind] of cases) {
      const error = await caught(anthropic.messages.create(ask(name)))
      t.ok(error instanceof type, `${name}: ${error.constructor.name}`)
      const body = { type: 'error', error: { type: kind, message: String }, request_id: String }
      t.match(error, { status, requestID: /.+/, error: body }, name)
    }
  })

  t.test(`${wire}: what goes wrong in a stream is thrown, after what came before it`, async t => {
    for (const name of ['error-in-stream:5', 'cut:5', 'reset:5', 'garbage:5']) {
      let said = ''
      const failed = await caught(
        (async () => {
          for await (const event of await anthropic.messages.create({ ...ask(name), stream: true })) {
            if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') said += event.delta.text
          }
        })()
      )
      t.ok(failed instanceof Anthropic.APIError, `${name}: ${failed.message}`)
      t.match(said, /^\w+( \w+)+/, `${name} gives what it had`)
      const helper = anthropic.messages.stream(ask(name))
      t.ok((await caught(helper.finalMessage())) instanceof Anthropic.AnthropicError, `${name}, with the helper`)
    }
  })

  t.test(`${wire}: a client that leaves in the middle of a stream ends the work upstream`, async t => {
    const { data, request_id } = await anthropic.messages.create({ ...ask('stall:3'), stream: true }).withResponse()
    for await (const event of data) if (event.type === 'content_block_delta') data.controller.abort()
    t.match(await gateway.lineOf(request_id ?? ''), { outcome: 'cancelled' })
  })
}

t.test('retry-after reaches the client, who waits for as long as it says before another try', async t => {
  const request = { max_tokens: 10, messages: [user('Hi')] }
  const error = await caught(anthropic.messages.create({ ...request, model: 'simulator/fail:429@7s' }))
  t.ok(error instanceof Anthropic.RateLimitError && error.headers.get('retry-after') === '7')

  const model = 'simulator/fail:503@1s'
  const patient = gateway.anthropic({ maxRetries: 1 })
  await caught(patient.messages.create({ ...request, model }))
  const [first, second] = await gateway.linesFor(model, 2)
  // Without the header it would wait half a second at most.
  t.ok((second?.time ?? 0) - (first?.time ?? 0) > 900)

  const denied = 'simulator/fail:403'
  await caught(patient.messages.create({ ...request, model: denied }))
  const lines = await gateway.linesFor(denied, 2)
  t.equal(lines.length, 2, 'one try above and one here: what cannot pass is not tried again')
})

t.test('models are listed and found', async t => {
  const ids: string[] = []
  for await (const model of anthropic.models.list()) ids.push(model.id)
  t.ok(ids.includes('simulator/echo') && ids.includes('simulator-messages/echo'))
  t.match(await anthropic.models.retrieve('simulator/echo'), { id: 'simulator/echo', type: 'model' })
  t.ok((await caught(anthropic.models.retrieve('simulator/nothing'))) instanceof Anthropic.NotFoundError)
  const unknown = await caught(anthropic.messages.create({ max_tokens: 9, model: 'simulater/echo', messages: [] }))
  t.match(unknown, { status: 400 }, 'an empty conversation is refused before the model is looked for')
  const typo = await caught(anthropic.messages.create({ max_tokens: 9, model: 'simulater/echo', messages: [user('')] }))
  t.match(typo, {
    status: 404,
    error: { error: { type: 'not_found_error', message: /Did you mean 'simulator\/echo'/ } }
  })
})
