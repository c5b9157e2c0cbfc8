import { createError } from '@isthmus/core'
import t, { type Test } from 'tap'
import { STREAMED, WHOLE } from '../support/answer-shapes.ts'
import { ask, CHANNELS, dig, everything, FORMATS, type Format, framesOf, type Json, type Raw } from '../support/raw.ts'

/* What clients were seen to need of an answer: members, events and their order. Each line here has broken somebody. */

t.setTimeout(60_000)
const gateway = await everything(t)

/** TOOLS offers two tools in each format. */
const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
const NAMES = ['weather', 'clock']
const TOOLS: Readonly<Record<Format, Json>> = {
  chat: { tools: NAMES.map(name => ({ type: 'function', function: { name, parameters: schema } })) },
  responses: { tools: NAMES.map(name => ({ type: 'function', name, parameters: schema, strict: false })) },
  messages: { tools: NAMES.map(name => ({ name, input_schema: schema })) },
  gemini: { tools: [{ functionDeclarations: NAMES.map(name => ({ name, parametersJsonSchema: schema })) }] }
}
const THINK: Readonly<Record<Format, Json>> = {
  chat: { reasoning: { effort: 'high' } },
  responses: { reasoning: { effort: 'high', summary: 'auto' }, include: ['reasoning.encrypted_content'] },
  messages: { thinking: { type: 'enabled', budget_tokens: 2000 } },
  gemini: { generationConfig: { thinkingConfig: { includeThoughts: true } } }
}

/** Every answer here has reasoning and two calls, or reasoning and text. */
const CASES = [
  ['calls', 'call:all', TOOLS],
  ['reasoning', 'reason:9', THINK]
] as const

for (const format of FORMATS) {
  t.test(`an answer in the format ${format} has all that its clients read, whole and streamed`, async t => {
    for (const channel of CHANNELS) {
      for (const [name, model, more] of CASES) {
        const title = `${name} of ${channel}`
        const whole = await ask(gateway, format, `${channel}/${model}`, { more: more[format] })
        t.equal(whole.status, 200, title)
        t.match(whole.headers.get('content-type'), /^application\/json/, title)
        WHOLE[format](t, whole.json, title)
        const streamed = await ask(gateway, format, `${channel}/${model}`, { stream: true, more: more[format] })
        t.match(streamed.headers.get('content-type'), /^text\/event-stream/, title)
        t.equal(/^data: \[DONE\]$/m.test(streamed.text), format === 'chat', `${title}: [DONE] is a word of Chat`)
        if (format === 'gemini') t.notMatch(streamed.text, /^:/m, `${title}: no comments`)
        STREAMED[format](t, framesOf(streamed.text), title)
      }
    }
  })
}

t.test('tokens that were read from a cache are counted as each format counts them', async t => {
  // What was answered before counts as cached in the simulator.
  const history = [
    { role: 'user', content: 'one two three' },
    { role: 'assistant', content: 'four five' },
    { role: 'user', content: 'six' }
  ]
  for (const channel of CHANNELS) {
    const model = `${channel}/echo`
    const chat = (await ask(gateway, 'chat', model, { more: { messages: history } })).json.usage
    t.match(chat, { prompt_tokens: 6, prompt_tokens_details: { cached_tokens: 5 } }, channel)
    const messages = (await ask(gateway, 'messages', model, { more: { messages: history } })).json.usage
    t.match(messages, { input_tokens: 1, cache_read_input_tokens: 5 }, channel)
    const thoughts = (await ask(gateway, 'gemini', `${channel}/reason:9`, { more: THINK.gemini })).json.usageMetadata
    t.match(thoughts, { thoughtsTokenCount: 9, candidatesTokenCount: 1 }, channel)
  }
})

t.test('reasoning in Chat stands under the names that each kind of client has for it', async t => {
  const thinking = { thinking: { type: 'enabled' } }
  const detailed = { reasoning: /\w/, reasoning_details: [{ type: 'reasoning.text', text: /\w/ }] }
  const cases = [
    [THINK.chat, detailed],
    [{ reasoning_effort: 'high', reasoning_format: 'parsed' }, detailed],
    [thinking, { reasoning_content: /\w/ }],
    [
      { ...THINK.chat, ...thinking },
      { ...detailed, reasoning_content: /\w/ }
    ]
  ] as const
  for (const [more, members] of cases) {
    for (const channel of CHANNELS) {
      const { json } = await ask(gateway, 'chat', `${channel}/reason:9`, { more })
      const message = dig(json, 'choices', 0, 'message')
      // Responses has summaries of reasoning, where the others have its text.
      if (channel !== 'simulator-responses') t.match(message, members, channel)
      else for (const name of Object.keys(members)) t.ok(name in (message as Json), `${channel}: ${name}`)
    }
  }
})

t.test('while a client waits it is kept alive in the way that its format allows', async t => {
  const patient = await everything(t, { server: { headersAfterMs: 20, keepAliveMs: 20 } })
  const signs: Readonly<Record<Format, RegExp>> = {
    chat: /^: .*\n\n/m,
    responses: /^event: response\.in_progress\n/m,
    messages: /^event: ping\ndata: \{"type": ?"ping"\}\n\n/m,
    gemini: /^data: \{.*"parts":\[\{"text":""\}\].*\}\n\n/m
  }
  for (const format of FORMATS) {
    for (const model of ['slow-head:150ms', 'tokens:4@60ms']) {
      const { text, status } = await ask(patient, format, `simulator/${model}`, { stream: true })
      t.equal(status, 200)
      const found = text.match(new RegExp(signs[format], 'gm'))?.length ?? 0
      t.ok(found > (format === 'responses' ? 2 : 1), `${format}, ${model}: ${found} signs of life`)
      const read = framesOf(text).filter(({ data }) => data.type !== 'ping')
      if (format === 'chat') STREAMED.chat(t, read, model)
      if (format === 'gemini') STREAMED.gemini(t, read, model)
      if (format === 'messages') STREAMED.messages(t, read, model)
      if (format === 'responses') {
        const ids = new Set(read.flatMap(({ data }) => dig(data, 'response', 'id') ?? []))
        t.equal(ids.size, 1, 'the same response is in progress')
      }
    }
  }
})

/** ERRORS are what each route calls an error. */
const ERRORS: Readonly<Record<Format, (t: Test, body: Json, status: number, title: string) => void>> = {
  chat: openaiError,
  responses: openaiError,
  messages: (t, body, _status, title) =>
    t.match(body, { type: 'error', error: { type: /_error$|_large$/, message: /./ }, request_id: /./ }, title),
  gemini: (t, body, status, title) =>
    t.match(body, { error: { code: status, message: /./, status: /^[A-Z_]+$/ } }, title)
}
function openaiError(t: Test, body: Json, _status: number, title: string): void {
  t.match(body, { error: { message: /./, type: /./ } }, title)
  for (const name of ['param', 'code']) t.ok(name in (body.error as Json), `${title}: ${name}, if only null`)
}

t.test('an error has its status and the shape of its route, and never an empty body', async t => {
  const cases = [
    ['fail:400', 400],
    ['fail:401', 502],
    ['fail:404', 404],
    ['fail:413', 413],
    ['fail:429', 429],
    ['fail:500', 502],
    ['fail:503', 503],
    ['fail:504', 504],
    ['fail:context', 400],
    ['unreachable', 502],
    ['empty', 502],
    ['no-such-model', 404]
  ] as const
  for (const format of FORMATS) {
    for (const [name, meant] of cases) {
      for (const stream of [false, true]) {
        const title = `${format}: ${name}, ${stream ? 'streamed' : 'whole'}`
        const reply = await ask(gateway, format, `simulator/${name}`, { stream })
        const status = meant === 503 && format === 'messages' ? 529 : meant
        t.equal(reply.status, status, title)
        t.match(reply.headers.get('content-type'), /^application\/json/, title)
        ERRORS[format](t, reply.json, status, title)
      }
    }
  }
})

t.test('a model that is not there is told in the words that clients look for', async t => {
  const words: Readonly<Record<Format, object>> = {
    chat: { error: { code: 'model_not_found' } },
    responses: { error: { code: 'model_not_found' } },
    messages: { error: { type: 'not_found_error' } },
    gemini: { error: { status: 'NOT_FOUND' } }
  }
  for (const format of FORMATS) {
    const reply = await ask(gateway, format, 'nobody/nothing')
    t.equal(reply.status, 404)
    t.match(reply.json, words[format])
  }
  for (const format of ['chat', 'responses'] as const) {
    t.match((await ask(gateway, format, 'simulator/fail:context')).json, { error: { code: 'context_length_exceeded' } })
  }
})

t.test('a budget that is spent is told so that no client tries again', async t => {
  const spent = createError('TEST_SPENT', 'budget_exceeded', 'The budget of this month is spent')
  const poor = await everything(t, {
    middleware: {
      admit() {
        throw spent()
      }
    }
  })
  const told: Readonly<Record<Format, readonly [number, object]>> = {
    chat: [429, { error: { type: 'insufficient_quota', code: 'insufficient_quota' } }],
    responses: [429, { error: { type: 'insufficient_quota', code: 'insufficient_quota' } }],
    messages: [402, { error: { type: 'billing_error' } }],
    gemini: [429, { error: { status: 'RESOURCE_EXHAUSTED', details: [{ '@type': /QuotaFailure/ }] } }]
  }
  for (const format of FORMATS) {
    const reply = await ask(poor, format, 'simulator/echo')
    const [status, body] = told[format]
    t.equal(reply.status, status, format)
    t.match(reply.json, body, format)
    if (status === 429 && format !== 'gemini') t.equal(reply.headers.get('x-should-retry'), 'false', format)
    if (format === 'gemini') t.match(reply.text, /PerDay/, 'a daily limit: these clients stop at once')
  }
})

t.test('an answer that breaks off says so in its stream, and never looks complete', async t => {
  const ends: Readonly<Record<Format, RegExp>> = {
    chat: /\[DONE\]|"finish_reason":"/,
    responses: /response\.(completed|incomplete)/,
    messages: /message_stop|message_delta/,
    gemini: /finishReason/
  }
  for (const format of FORMATS) {
    for (const channel of CHANNELS) {
      for (const name of ['error-in-stream', 'cut', 'reset', 'garbage']) {
        const title = `${format}: ${name} of ${channel}`
        const { text } = await ask(gateway, format, `${channel}/${name}:5`, { stream: true })
        t.notMatch(text, ends[format], title)
        // Older clients of Gemini look for an error in a line of its own, or throw because the stream ends within one.
        const [, events, bare] = /^(.*\n\n)(\{.*\}\n)?$/s.exec(text) ?? []
        const read = framesOf(events ?? text)
        const last = read.at(-1)
        t.same(bare && JSON.parse(bare), format === 'gemini' ? last?.data : undefined, title)
        if (format === 'responses') {
          const [error, failed] = read.slice(-2).map(({ data }) => data)
          t.match(error, { type: 'error', message: /./ }, title)
          t.match(failed, { type: 'response.failed', response: { status: 'failed', error: { message: /./ } } }, title)
          t.equal(dig(failed, 'response', 'id'), dig(read[0]?.data, 'response', 'id'), title)
        } else {
          t.equal(last?.event, format === 'messages' ? 'error' : undefined, title)
          t.match(last?.data, { error: { message: /./ } }, title)
        }
      }
    }
  }
})

t.test('clients are told when to try again, and when not to', async t => {
  for (const format of FORMATS) {
    const limited = await ask(gateway, format, 'simulator/fail:429@7s')
    t.equal(limited.headers.get('retry-after'), '7', format)
    t.not(limited.headers.get('x-should-retry'), 'false', format)
    // Statuses from which clients would try again; what is plainly the client's fault they do not.
    for (const name of ['fail:401', 'fail:402', 'fail:403']) {
      const { headers } = await ask(gateway, format, `simulator/${name}`)
      if (format !== 'gemini') t.equal(headers.get('x-should-retry'), 'false', `${format}: ${name}`)
    }
  }
})

t.test('every answer names its exchange in the header that its clients log', async t => {
  const header: Readonly<Record<Format, string>> = {
    chat: 'x-request-id',
    responses: 'x-request-id',
    messages: 'request-id',
    gemini: 'x-isthmus-id'
  }
  const named = (reply: Raw, format: Format) => reply.headers.get(header[format])
  for (const format of FORMATS) {
    for (const name of ['echo', 'fail:400', 'no-such-model']) {
      const reply = await ask(gateway, format, `simulator/${name}`)
      t.match(named(reply, format), /^[0-9a-f-]{36}$/, `${format}: ${name}`)
      t.equal(named(reply, format), reply.headers.get('x-isthmus-id'))
    }
  }
})
