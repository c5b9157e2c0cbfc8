import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { type EventBatch, fold, type IrResponse, type Message } from '@isthmus/core'
import { replyOptions, requestWith } from '@isthmus/core/testing'
import { chatCompletions } from '@isthmus/format-chat-completions'
import t from 'tap'
import { decode, encode, named, up } from './support/send.ts'

const provider = await up()
const target = { provider: 'openrouter', model: 'anthropic/claude-haiku-4.5' }
const bytes = (body: unknown) => new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body))

function events(body: unknown, model = target.model): EventBatch {
  const type = typeof body === 'string' ? 'text/event-stream' : 'application/json'
  const decoder = provider.decoder({ ...target, model }, { status: 200, headers: { 'content-type': type } }, undefined)
  return [...decoder.push(bytes(body)), ...decoder.end()]
}
const kindOf = (body: unknown) => events(body).find(event => event.type === 'error')?.error.kind
const sse = (...lines: unknown[]) =>
  lines.map(line => (typeof line === 'string' ? `${line}\n\n` : `data: ${JSON.stringify(line)}\n\n`)).join('')
const chunk = (delta: object, finish: string | null = null, more: object = {}) => ({
  id: 'gen-1',
  provider: 'Anthropic',
  model: 'anthropic/claude-haiku-4.5',
  object: 'chat.completion.chunk',
  created: 1,
  choices: [{ index: 0, delta: { role: 'assistant', ...delta }, finish_reason: finish, native_finish_reason: finish }],
  ...more
})
const usage = {
  prompt_tokens: 10,
  completion_tokens: 4,
  total_tokens: 14,
  cost: 0.0021,
  is_byok: false,
  prompt_tokens_details: { cached_tokens: 3, cache_write_tokens: 2 },
  cost_details: { upstream_inference_cost: 0.002 },
  completion_tokens_details: { reasoning_tokens: 1 }
}

t.test('comments keep the stream alive, and the last chunk has usage and its cost', async t => {
  const wait = ': OPENROUTER PROCESSING'
  const all = events(
    sse(
      wait,
      wait,
      chunk({ content: 'Hel' }),
      wait,
      chunk({ content: 'lo' }, 'stop'),
      chunk({}, null, { usage }),
      'data: [DONE]'
    )
  )
  t.ok(all.some(event => event.type === 'heartbeat'))
  const reply = fold(all)
  t.match(reply, {
    id: 'gen-1',
    model: 'anthropic/claude-haiku-4.5',
    choices: [{ parts: [{ type: 'text', text: 'Hello' }], finish: { reason: 'stop' } }],
    usage: {
      input: { fresh: 5, cacheRead: 3, cacheWrite: { total: 2 } },
      output: { total: 4, reasoning: 1 },
      cost: { amount: 0.0021, currency: 'USD' }
    }
  })
  const plain = chatCompletions.response.encode(reply, replyOptions()) as { usage: object }
  t.notMatch(JSON.stringify(plain.usage), /cost|byok/, 'what was paid is not for every client')
})

t.test('an error under a status of success is that error', async t => {
  t.equal(kindOf({ error: { code: 429, message: 'Slow down' } }), 'upstream_limited')
  t.equal(
    kindOf({ error: { code: 502, message: 'x', metadata: { error_type: 'provider_unavailable' } } }),
    'upstream_unavailable'
  )
  const failed = {
    ...chunk({ content: '' }, 'error'),
    error: { code: 'server_error', message: 'Provider disconnected' }
  }
  t.equal(kindOf(sse(chunk({ content: 'Hel' }), failed)), 'upstream_unavailable')
  t.equal(kindOf(sse(chunk({ content: 'Hel' }), chunk({}, 'error'), 'data: [DONE]')), 'upstream_unavailable')
  t.equal(
    kindOf(sse(chunk({ content: 'Hel' }), { error: { code: 403, message: 'x', metadata: { reasons: ['violence'] } } })),
    'content_policy'
  )
})

t.test('a generic message gives way to what the upstream said', async t => {
  const metadata = { raw: '{"error":{"message":"image too large"}}', provider_name: 'Google' }
  const body = bytes({ error: { code: 400, message: 'Provider returned error', metadata } })
  t.equal(provider.decodeError({ status: 400, headers: {} }, body).message, 'Google: image too large')
  const limited = bytes({ error: { code: 429, message: 'Provider returned error', metadata: { raw: 'try again' } } })
  const { retryAfterMs, message } = provider.decodeError({ status: 429, headers: { 'retry-after': '2' } }, limited)
  t.same([retryAfterMs, message], [2000, 'try again'])
})

t.test('a model that no upstream serves with every parameter is not one that does not exist', async t => {
  const strict = await up({ strictParams: true })
  const none = bytes({ error: { code: 404, message: 'No endpoints found that support tool use' } })
  const head = { status: 404, headers: {} }
  t.match(strict.decodeError(head, none).message, /every parameter/)
  t.notMatch(provider.decodeError(head, none).message, /every parameter/)
})

t.test('calls without a reason are calls all the same, and pictures are read', async t => {
  const called = { tool_calls: [{ index: 0, id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } }] }
  const reply = fold(events(sse(chunk(called), chunk({}, null, { usage }), 'data: [DONE]')))
  t.equal(reply.choices[0]?.finish.reason, 'tool_calls')
  const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } }
  const drawn = fold(events(sse(chunk({ content: '', images: [image] }), chunk({}, 'stop'), 'data: [DONE]')))
  t.match(drawn.choices[0]?.parts, [{ type: 'image', source: { kind: 'inline', data: 'AA==' } }])
})

/** afterwards is the turn of a reply as a client sends it back, once the gateway has written and read it. */
function afterwards(reply: IrResponse, model: string, next: Message[] = []) {
  const options = { ...replyOptions(), dialect: ['reasoning'] }
  const { choices } = chatCompletions.response.encode(reply, options) as {
    choices: { message: Record<string, unknown> }[]
  }
  const request = decode({ messages: [{ role: 'user', content: 'Hello' }, choices[0]!.message] })
  const result = encode(provider, { ...request, messages: [...request.messages, ...next] }, model)
  return { result, details: (result.body.messages as Record<string, unknown>[])[1]!.reasoning_details }
}

const SEALED: Readonly<Record<string, readonly object[]>> = {
  'anthropic/claude-haiku-4.5': [
    { type: 'reasoning.text', text: 'Hm.', signature: 'sig==', format: 'anthropic-claude-v1', index: 0 },
    { type: 'reasoning.encrypted', data: 'red', format: 'anthropic-claude-v1', index: 1 }
  ],
  'openai/gpt-5-mini': [
    { type: 'reasoning.summary', summary: 'Short.', id: 'rs_1', format: 'openai-responses-v1', index: 0 },
    { type: 'reasoning.encrypted', data: 'enc', id: 'rs_1', format: 'openai-responses-v1', index: 0 }
  ],
  'google/gemini-2.5-flash': [
    { type: 'reasoning.text', text: 'Hm.', format: 'google-gemini-v1', index: 0 },
    { type: 'reasoning.encrypted', data: 'enc', id: 'tool_1', format: 'google-gemini-v1', index: 1 }
  ],
  'openai/gpt-oss-120b': [{ type: 'reasoning.text', text: 'Hm.', format: 'unknown', index: 0 }]
}

for (const [model, details] of Object.entries(SEALED)) {
  t.test(`${model}: reasoning comes back as it went, byte for byte`, async t => {
    const message = { role: 'assistant', content: 'Hello', reasoning: 'Hm.', reasoning_details: details }
    const reply = fold(
      events({ id: 'gen-1', model, choices: [{ index: 0, message, finish_reason: 'stop' }], usage }, model)
    )
    const back = afterwards(reply, model)
    t.equal(JSON.stringify(back.details), JSON.stringify(details))
    t.same(named(back.result), [])
  })
}

t.test('reasoning of another vendor’s model is left out and reported', async t => {
  const claude = SEALED['anthropic/claude-haiku-4.5']!
  const message = {
    role: 'assistant',
    content: 'Hello',
    reasoning_details: [...claude, ...SEALED['openai/gpt-oss-120b']!]
  }
  const request = decode({ messages: [message, { role: 'user', content: 'Go on' }] })
  const details = (model: string) => {
    const result = encode(provider, request, model)
    return [(result.body.messages as Record<string, unknown>[])[0]!.reasoning_details, named(result)]
  }
  const [signed, redacted] = claude
  t.same(details('anthropic/claude-opus-4.7'), [[signed, redacted], ['input.reasoning dropped']], 'unsigned text too')
  t.same(details('google/gemini-2.5-flash'), [SEALED['openai/gpt-oss-120b'], ['input.reasoning dropped']])
  t.same(details('openrouter/auto'), [message.reasoning_details, []], 'behind a router there may be any model')
  const only = decode({ messages: [{ ...message, reasoning_details: claude }] })
  t.notOk('reasoning_details' in (encode(provider, only, 'qwen/qwen3').body.messages as object[])[0]!)
})

t.test('an entry that stands with each of several calls goes back once', async t => {
  const detail = { type: 'reasoning.encrypted', data: 'enc', id: 'tool_1', format: 'google-gemini-v1', index: 0 }
  const message = {
    role: 'assistant',
    content: '',
    reasoning_details: [detail, { ...detail }, { ...detail, id: 'tool_2' }]
  }
  const result = encode(provider, decode({ messages: [message] }), 'google/gemini-2.5-flash')
  t.match(result.body.messages, [{ reasoning_details: [{ id: 'tool_1' }, { id: 'tool_2' }] }])
  t.equal((result.body.messages as { reasoning_details: unknown[] }[])[0]!.reasoning_details.length, 2)
  t.same(named(result), [], 'nothing is lost')
})

t.test('seals of other formats reach the models that made them', async t => {
  const issuer = (format: string) => ({ provider: '', modelFamily: '', format })
  const request = requestWith({
    messages: [
      {
        role: 'assistant',
        parts: [
          {
            type: 'reasoning',
            text: 'Hm.',
            hidden: false,
            seal: { kind: 'signature', data: 'sig', issuer: issuer('anthropic-claude-v1') }
          },
          {
            type: 'tool_call',
            id: 'c1',
            name: 'f',
            kind: 'function',
            argsText: '{}',
            seal: { kind: 'thought_signature', data: 'ts', issuer: issuer('google-gemini-v1') }
          }
        ]
      }
    ]
  })
  const details = (model: string) =>
    (encode(provider, request, model).body.messages as { reasoning_details?: unknown }[])[0]!.reasoning_details
  t.match(details('anthropic/claude-opus-4.7'), [{ type: 'reasoning.text', text: 'Hm.', signature: 'sig' }])
  t.match(details('google/gemini-2.5-flash'), [{ type: 'reasoning.encrypted', data: 'ts', id: 'c1' }])
  t.equal(details('mistralai/mistral-large'), undefined)
})

const FOLDER = new URL('../../../../shared/recordings/chat/', import.meta.url)

t.test('recorded requests and replies go through', async t => {
  const names = existsSync(FOLDER) ? readdirSync(FOLDER).filter(name => name.startsWith('openrouter-')) : []
  if (names.length === 0) t.pass('there are no recordings beside this repository; nothing was compared')
  for (const name of names) {
    const { model, request, response } = JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'))
    if (response.status === 200) {
      const error = events(response.body, model).find(event => event.type === 'error')
      t.equal(error?.error.kind, FAILED.get(name), name)
    } else {
      const { kind } = provider.decodeError({ status: response.status, headers: {} }, bytes(response.body))
      t.match(kind, /context_length|upstream_limited|upstream_denied/, name)
    }
    if (request?.body?.messages === undefined) continue
    const { body, gaps } = encode(provider, decode(request.body), model)
    t.equal((body.messages as unknown[]).length, request.body.messages.length, name)
    t.same(
      gaps.filter(({ feature }) => !EXPECTED.has(feature)),
      [],
      name
    )
  }
})

/** Recorded replies that are errors inside a status of success. */
const FAILED = new Map([['openrouter-chat-fa193150c9.json', 'upstream_rejected']])
/** What recorded clients sent that is not sent on by default, or not in this way. */
const EXPECTED = new Set(['reasoning.budget', 'input.reasoning', 'cache.mark'])
