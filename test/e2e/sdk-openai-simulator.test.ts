import OpenAI from 'openai'
import type { ChatCompletionFunctionTool, ChatCompletionMessageParam } from 'openai/resources/chat/completions'
import t from 'tap'
import { CITY_SCHEMA, CLOCK, caught, PIXEL, simulated, WEATHER, WIRES } from '../support/simulated.ts'

/* The official client of OpenAI, as it is published, against the started binary, over all wires of the simulator. */

t.setTimeout(60_000)
const gateway = await simulated(t)
const openai = gateway.openai()

const user = (content: string): ChatCompletionMessageParam => ({ role: 'user', content })
const tools: ChatCompletionFunctionTool[] = [
  {
    type: 'function',
    function: { name: 'weather', description: 'The weather in a city.', parameters: WEATHER, strict: true }
  },
  { type: 'function', function: { name: 'clock', description: 'The time in a zone.', parameters: CLOCK, strict: true } }
]

for (const wire of WIRES) {
  const model = (name: string) => `${wire}/${name}`

  t.test(`${wire}: text, whole and streamed`, async t => {
    const messages = [{ role: 'developer' as const, content: 'Be brief.' }, user('Guten Tag, 世界 🌍')]
    const { data, request_id } = await openai.chat.completions.create({ model: model('echo'), messages }).withResponse()
    t.match(data, {
      object: 'chat.completion',
      model: 'echo',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Guten Tag, 世界 🌍' }, finish_reason: 'stop' }]
    })
    const { usage } = data
    t.ok(usage && usage.prompt_tokens > 0 && usage.completion_tokens > 0)
    t.equal(usage?.total_tokens, (usage?.prompt_tokens ?? 0) + (usage?.completion_tokens ?? 0))
    t.match(await gateway.lineOf(request_id ?? ''), {
      outcome: 'ok',
      ingress: 'chat-completions',
      model: model('echo')
    })

    const stream = openai.chat.completions.stream({
      model: model('echo'),
      messages,
      stream_options: { include_usage: true }
    })
    let said = ''
    stream.on('content', delta => {
      said += delta
    })
    const final = await stream.finalChatCompletion()
    t.equal(said, 'Guten Tag, 世界 🌍')
    t.match(final.choices, [{ message: { role: 'assistant', content: said }, finish_reason: 'stop' }])
    t.strictSame(final.usage, usage, 'streaming changes nothing in the usage')
  })

  t.test(`${wire}: a stream has one id, one role, one finish, and usage only where it is asked for`, async t => {
    const request = { model: model('tokens:20'), messages: [user('go')], stream: true as const }
    const plain: OpenAI.ChatCompletionChunk[] = []
    for await (const chunk of await openai.chat.completions.create(request)) plain.push(chunk)
    t.equal(new Set(plain.map(chunk => chunk.id)).size, 1)
    t.equal(plain.filter(chunk => chunk.choices[0]?.delta.role === 'assistant').length, 1)
    t.equal(plain[0]?.choices[0]?.delta.role, 'assistant')
    t.strictSame(
      plain.flatMap(chunk => chunk.choices[0]?.finish_reason ?? []),
      ['stop']
    )
    t.notOk(plain.some(chunk => 'usage' in chunk))

    const counted: OpenAI.ChatCompletionChunk[] = []
    const asked = { ...request, stream_options: { include_usage: true } }
    for await (const chunk of await openai.chat.completions.create(asked)) counted.push(chunk)
    const last = counted.at(-1)
    t.strictSame(last?.choices, [])
    t.equal(last?.usage?.completion_tokens, 20)
  })

  t.test(`${wire}: reasoning is counted, and shown to a client that asks in OpenRouter's way`, async t => {
    const request = { model: model('reason:30'), messages: [user('Think')], reasoning_effort: 'high' as const }
    const whole = await openai.chat.completions.create(request)
    t.equal(whole.choices[0]?.message.content, 'Think')
    t.equal(whole.usage?.completion_tokens_details?.reasoning_tokens, 30)

    const shown = { model: model('reason:30'), messages: [user('Think')], reasoning: { effort: 'high' } }
    const { choices } = await openai.chat.completions.create(shown)
    const reasoning = (choices[0]?.message as { readonly reasoning?: string } | undefined)?.reasoning
    t.match(reasoning, /\w+ \w+/)
    let streamed = ''
    for await (const chunk of await openai.chat.completions.create({ ...shown, stream: true })) {
      streamed += (chunk.choices[0]?.delta as { readonly reasoning?: string } | undefined)?.reasoning ?? ''
    }
    t.equal(streamed, reasoning)
  })

  t.test(`${wire}: two rounds of a loop with parallel calls, written out by hand`, async t => {
    const messages = [user('What is it like in Oslo?')]
    const request = { model: model('call:2'), messages, tools }
    const stream = openai.chat.completions.stream(request)
    const streamed = await stream.finalChatCompletion()
    const whole = await openai.chat.completions.create(request)
    for (const { choices } of [streamed, whole]) {
      t.equal(choices[0]?.finish_reason, 'tool_calls')
      t.match(choices[0]?.message.tool_calls, [
        { type: 'function', function: { name: 'weather', arguments: '{"city":"city"}' } },
        { type: 'function', function: { name: 'clock', arguments: '{"zone":"UTC"}' } }
      ])
    }
    const message = whole.choices[0]?.message
    const [weather, clock] = message?.tool_calls ?? []
    const results: ChatCompletionMessageParam[] = [
      { role: 'tool', tool_call_id: clock?.id ?? '', content: 'noon' },
      { role: 'tool', tool_call_id: weather?.id ?? '', content: 'snow' }
    ]
    const answer = await openai.chat.completions.create({
      ...request,
      messages: [...messages, ...(message === undefined ? [] : [message]), ...results]
    })
    const { content } = answer.choices[0]?.message ?? {}
    t.match(content, 'The tool weather answered: snow')
    t.match(content, 'The tool clock answered: noon')
    t.equal(answer.choices[0]?.finish_reason, 'stop')
  })

  for (const stream of [false, true]) {
    t.test(`${wire}: runTools runs its loop to the end, ${stream ? 'streamed' : 'whole'}`, async t => {
      const called: string[] = []
      const runnable = (name: string, parameters: object, answer: string) => ({
        type: 'function' as const,
        function: {
          name,
          description: name,
          parameters: { ...parameters },
          parse: JSON.parse as (text: string) => object,
          function: (args: object) => {
            called.push(`${name} ${JSON.stringify(args)}`)
            return answer
          }
        }
      })
      const request = {
        model: model('call:all'),
        messages: [user('Look around')],
        tools: [runnable('weather', WEATHER, 'snow'), runnable('clock', CLOCK, 'noon')]
      }
      const runner = stream
        ? openai.chat.completions.runTools({ ...request, stream })
        : openai.chat.completions.runTools(request)
      t.equal(await runner.finalContent(), 'The tool weather answered: snow\nThe tool clock answered: noon')
      t.strictSame(called, ['weather {"city":"city"}', 'clock {"zone":"UTC"}'])
      t.equal(runner.allChatCompletions().length, 2)
    })
  }

  t.test(`${wire}: a tool choice is obeyed`, async t => {
    const request = { model: model('echo'), messages: [user('Hi')], tools }
    const named = { type: 'function', function: { name: 'clock' } } as const
    for (const [tool_choice, names] of [
      [named, ['clock']],
      ['required', ['weather']],
      ['none', []]
    ] as const) {
      const { choices } = await openai.chat.completions.create({ ...request, tool_choice })
      const calls = choices[0]?.message.tool_calls ?? []
      t.strictSame(
        calls.map(call => (call.type === 'function' ? call.function.name : call.type)),
        names
      )
    }
  })

  t.test(`${wire}: an image arrives`, async t => {
    const content = [
      { type: 'text' as const, text: 'Look:' },
      { type: 'image_url' as const, image_url: { url: `data:image/png;base64,${PIXEL}` } }
    ]
    const { choices } = await openai.chat.completions.create({
      model: model('echo'),
      messages: [{ role: 'user', content }]
    })
    t.equal(choices[0]?.message.content, 'Look:\n[image image/png, 70 bytes]')
  })

  t.test(`${wire}: the answer fits a schema, whole and streamed`, async t => {
    const request = {
      model: model('echo'),
      messages: [user('A city, as JSON')],
      response_format: {
        type: 'json_schema' as const,
        json_schema: { name: 'city', strict: true, schema: { ...CITY_SCHEMA } }
      }
    }
    const whole = await openai.chat.completions.parse(request)
    t.strictSame(JSON.parse(whole.choices[0]?.message.content ?? ''), { city: 'city', people: 1 })
    const streamed = await openai.chat.completions.stream(request).finalChatCompletion()
    t.strictSame(JSON.parse(streamed.choices[0]?.message.content ?? ''), { city: 'city', people: 1 })
  })

  t.test(`${wire}: a stop sequence and a token limit end the answer`, async t => {
    const messages = [user('one two HALT three')]
    const stopping = openai.chat.completions.create({ model: model('echo'), messages, stop: ['HALT', 'never'] })
    if (wire === 'simulator-responses') {
      t.match(await caught(stopping), { status: 400, message: /output\.stop/ }, 'Responses has no stop sequences')
    } else t.match((await stopping).choices, [{ message: { content: 'one two ' }, finish_reason: 'stop' }])
    for (const limit of [{ max_completion_tokens: 20 }, { max_tokens: 20 }]) {
      const cut = await openai.chat.completions.create({ model: model('tokens:50'), messages, ...limit })
      t.equal(cut.choices[0]?.finish_reason, 'length')
      t.equal(cut.usage?.completion_tokens, 20)
    }
  })

  t.test(`${wire}: a refusal and a filter are told`, async t => {
    const messages = [user('Hi')]
    const refused = await openai.chat.completions.create({ model: model('refuse'), messages })
    t.match(JSON.stringify(refused.choices[0]?.message), 'I am a simulation that declines every request.')
    const filtered = await openai.chat.completions.create({ model: model('filter'), messages })
    t.equal(filtered.choices[0]?.finish_reason, 'content_filter')
  })

  t.test(`${wire}: each status of the upstream becomes the class of error that the client has for it`, async t => {
    const cases = [
      ['fail:400', OpenAI.BadRequestError, 400],
      // The gateway's own key or account: nothing that this client could mend.
      ['fail:401', OpenAI.InternalServerError, 502],
      ['fail:402', OpenAI.InternalServerError, 502],
      ['fail:403', OpenAI.InternalServerError, 502],
      ['fail:404', OpenAI.NotFoundError, 404],
      ['fail:413', OpenAI.APIError, 413],
      ['fail:422', OpenAI.BadRequestError, 400],
      ['fail:429', OpenAI.RateLimitError, 429],
      ['fail:500', OpenAI.InternalServerError, 502],
      ['fail:502', OpenAI.InternalServerError, 502],
      ['fail:503', OpenAI.InternalServerError, 503],
      ['fail:504', OpenAI.InternalServerError, 504],
      ['fail:529', OpenAI.InternalServerError, 503],
      ['fail:context', OpenAI.BadRequestError, 400],
      ['unreachable', OpenAI.InternalServerError, 502],
      ['empty', OpenAI.InternalServerError, 502],
      ['garbage', OpenAI.InternalServerError, 502],
      ['cut', OpenAI.InternalServerError, 502],
      ['reset', OpenAI.InternalServerError, 502],
      ['no-such-model', OpenAI.NotFoundError, 404]
    ] as const
    for (const [name, type, status] of cases) {
      const error = await caught(openai.chat.completions.create({ model: model(name), messages: [user('Hi')] }))
      t.ok(error instanceof type, `${name}: ${error.constructor.name}`)
      t.match(error, { status, requestID: /.+/, error: { message: String, type: String } }, name)
    }
    const long = await caught(openai.chat.completions.create({ model: model('fail:context'), messages: [user('Hi')] }))
    t.match(long, { code: 'context_length_exceeded' })
  })

  t.test(`${wire}: what goes wrong in a stream is thrown, after what came before it`, async t => {
    for (const name of ['error-in-stream:5', 'cut:5', 'reset:5', 'garbage:5']) {
      let said = ''
      const failed = await caught(
        (async () => {
          const request = { model: model(name), messages: [user('Hi')], stream: true as const }
          for await (const chunk of await openai.chat.completions.create(request)) {
            said += chunk.choices[0]?.delta.content ?? ''
          }
        })()
      )
      t.ok(failed instanceof OpenAI.APIError, `${name}: ${failed.message}`)
      t.match(said, /^\w+( \w+)+/, `${name} gives what it had`)
      const helper = openai.chat.completions.stream({ model: model(name), messages: [user('Hi')] })
      t.ok((await caught(helper.finalChatCompletion())) instanceof OpenAI.OpenAIError, `${name}, with the helper`)
    }
  })

  t.test(`${wire}: a client that leaves in the middle of a stream ends the work upstream`, async t => {
    const request = { model: model('stall:3'), messages: [user('Hi')], stream: true as const }
    const { data, request_id } = await openai.chat.completions.create(request).withResponse()
    for await (const chunk of data) if (chunk.choices[0]?.delta.content) data.controller.abort()
    t.match(await gateway.lineOf(request_id ?? ''), { outcome: 'cancelled' })
  })
}

t.test('several answers at once, where the wire can carry them', async t => {
  const request = { messages: [user('Twice')], n: 2 }
  const { choices } = await openai.chat.completions.create({ model: 'simulator/echo', ...request })
  t.match(choices, [
    { index: 0, message: { content: 'Twice' } },
    { index: 1, message: { content: 'Twice' } }
  ])
  const stream = openai.chat.completions.stream({ model: 'simulator/echo', ...request })
  t.match((await stream.finalChatCompletion()).choices, [{ message: { content: 'Twice' } }, { index: 1 }])
  const refused = await caught(openai.chat.completions.create({ model: 'simulator-messages/echo', ...request }))
  t.ok(refused instanceof OpenAI.BadRequestError)
  t.match(refused.message, /output\.n/)
})

t.test('retry-after reaches the client, who waits for as long as it says before another try', async t => {
  const request = { model: 'simulator/fail:429@7s', messages: [user('Hi')] }
  const error = await caught(openai.chat.completions.create(request))
  t.ok(error instanceof OpenAI.RateLimitError && error.headers.get('retry-after') === '7')

  const model = 'simulator/fail:503@1s'
  await caught(gateway.openai({ maxRetries: 1 }).chat.completions.create({ ...request, model }))
  const [first, second] = await gateway.linesFor(model, 2)
  // Without the header it would wait half a second at most.
  t.ok((second?.time ?? 0) - (first?.time ?? 0) > 900)

  const denied = 'simulator/fail:401'
  await caught(gateway.openai({ maxRetries: 1 }).chat.completions.create({ ...request, model: denied }))
  const lines = await gateway.linesFor(denied, 2)
  t.equal(lines.length, 2, 'one try above and one here: what cannot pass is not tried again')
})

t.test('models are listed and found', async t => {
  const ids: string[] = []
  for await (const model of openai.models.list()) ids.push(model.id)
  t.ok(ids.includes('simulator/echo') && ids.includes('simulator-messages/echo'))
  t.match(await openai.models.retrieve('simulator/echo'), { id: 'simulator/echo', object: 'model' })
  t.ok((await caught(openai.models.retrieve('simulator/nothing'))) instanceof OpenAI.NotFoundError)
  const unknown = await caught(openai.chat.completions.create({ model: 'simulater/echo', messages: [user('Hi')] }))
  t.match(unknown, { status: 404, code: 'model_not_found', message: /Did you mean 'simulator\/echo'/ })
})
