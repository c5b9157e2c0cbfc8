import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { type EventBatch, fold, type GenerateRequest, type Part } from '@isthmus/core'
import { requestHead, requestWith } from '@isthmus/core/testing'
import { responses } from '@isthmus/format-responses'
import t from 'tap'
import { PARAMS } from '../src/params.ts'
import { endpointAt, type Sent, up } from './support/send.ts'

const PATH = '/v1/responses'
const MODEL = 'openai/gpt-5-mini'

const decode = (members: object): GenerateRequest =>
  responses.request.decode({ model: 'm', input: 'Hello', ...members }, requestHead())

async function sent(request: object, options: Record<string, unknown> = {}, model = MODEL): Promise<Sent> {
  const endpoint = endpointAt(await up(options), PATH)
  const asked = 'op' in request ? (request as GenerateRequest) : decode(request)
  const { body, gaps } = endpoint.encode(asked, { provider: 'openrouter', model })
  return { body: JSON.parse(body as string), gaps: gaps ?? [] }
}
const table = async (options: Record<string, unknown> = {}, model = MODEL) =>
  endpointAt(await up(options), PATH).featuresFor!(model)
const inputOf = ({ body }: Sent) => body.input as readonly Record<string, unknown>[]

const summarised = { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'Hm.' }] }
const loop = (item: object) => ({
  input: [{ role: 'user', content: 'Hi' }, item, { role: 'assistant', content: 'Ho' }, { role: 'user', content: 'On' }]
})

t.test('reasoning goes back sealed beside its summary, and as text to the models that read it so', async t => {
  const sealed = loop({ ...summarised, encrypted_content: 'AAAA' })
  const [, item] = inputOf(await sent(sealed))
  t.match(item, { ...summarised, encrypted_content: 'AAAA' })
  t.equal(item?.content, undefined)
  const [, open] = inputOf(await sent(sealed, {}, 'openai/gpt-oss-120b'))
  t.strictSame(open, {
    type: 'reasoning',
    id: 'rs_1',
    summary: [],
    content: [{ type: 'reasoning_text', text: 'Hm.' }]
  })
  const plain = loop({ type: 'reasoning', id: 'rs_1', summary: [], content: [{ type: 'reasoning_text', text: 'Hm.' }] })
  const kept = inputOf(await sent(plain, {}, 'openai/gpt-oss-20b:free'))
  t.match(kept[1], { content: [{ type: 'reasoning_text', text: 'Hm.' }], summary: [] })
  const left = await sent(plain)
  t.notOk(inputOf(left).some(({ type }) => type === 'reasoning'))
  t.match(left.gaps, [{ feature: 'input.reasoning', action: 'dropped' }])
})

function read(body: unknown, model: string): EventBatch {
  const type = typeof body === 'string' ? 'text/event-stream' : 'application/json'
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const decoder = provider.decoder(
    { provider: 'openrouter', model },
    { status: 200, headers: { 'content-type': type } },
    contextFor(model)
  )
  return [...decoder.push(new TextEncoder().encode(text)), ...decoder.end()]
}
const provider = endpointAt(await up(), PATH)
const contextFor = (model: string) => provider.encode(decode({}), { provider: 'openrouter', model }).context

const answer = (reasoning: object) => ({
  id: 'gen-1',
  object: 'response',
  created_at: 1,
  status: 'completed',
  model: MODEL,
  output: [
    reasoning,
    {
      type: 'message',
      id: 'msg_1',
      status: 'completed',
      role: 'assistant',
      content: [{ type: 'output_text', text: 'Ho', annotations: [] }]
    }
  ],
  usage: { input_tokens: 3, output_tokens: 2, total_tokens: 5, cost: 0.002 }
})

t.test('reasoning that comes as text is read as text, and any other as a summary', async t => {
  const partsOf = (reasoning: object, model: string): readonly Part[] =>
    fold(read(answer(reasoning), model)).choices[0]?.parts ?? []
  const text = { type: 'reasoning', id: 'rs_1', summary: [], content: [{ type: 'reasoning_text', text: 'Hm.' }] }
  t.match(partsOf(text, 'openai/gpt-oss-120b')[0], { type: 'reasoning', text: 'Hm.' })
  const sealed = { ...summarised, encrypted_content: 'AAAA' }
  const issuedBy = (format: string) => ({ summary: ['Hm.'], seal: { data: 'AAAA', issuer: { format } } })
  t.match(partsOf(sealed, MODEL)[0], issuedBy('openai-responses-v1'))
  t.match(partsOf(sealed, 'x-ai/grok-4')[0], issuedBy('xai-responses-v1'))
  t.match(partsOf(sealed, 'anthropic/claude-haiku-4.5')[0], issuedBy('openrouter'), 'the service’s own, for it alone')
})

t.test('a stream with comments, unknown events and its end mark is read', async t => {
  const events = [
    { type: 'response.created', response: { ...answer(summarised), status: 'in_progress', output: [] } },
    { type: 'response.debug', echo: { odd: true } },
    { type: 'response.completed', response: answer(summarised) }
  ]
  const frames = events.map(event => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(': WAITING\n\n')
  const all = read(`: OPENROUTER PROCESSING\n\n${frames}data: [DONE]\n\n`, MODEL)
  const reply = fold(all)
  t.match(reply, { id: 'gen-1', choices: [{ finish: { reason: 'stop' } }], usage: { input: { fresh: 3 } } })
  t.match(reply.choices[0]?.parts.at(-1), { type: 'text', text: 'Ho' })
  t.ok(all.some(event => event.type === 'native'))
})

t.test('the service keeps nothing: what goes on from there is refused, and the wish to keep is left out', async t => {
  t.match(await table(), { 'state.previous': 'rejected', 'state.background': 'rejected', 'state.store': 'dropped' })
  for (const store of [true, false, undefined]) {
    const { body, gaps } = await sent({ store })
    t.notOk('store' in body)
    t.strictSame(gaps, [], 'the table tells')
  }
  const forwarded = await sent({ store: true }, { forwardParams: ['store'] })
  t.equal(forwarded.body.store, false)
  t.match(forwarded.gaps, [{ feature: 'state.store', field: 'store' }])
  await t.rejects(sent({ input: [{ type: 'item_reference', id: 'msg_1' }] }), {
    code: 'PROVIDER_OPENROUTER_UNSUPPORTED',
    statusCode: 400
  })
})

t.test('members that mean something on one upstream only are left out here as well', async t => {
  const asked = {
    prompt_cache_key: 'k',
    service_tier: 'flex',
    safety_identifier: 's',
    prompt_cache_retention: '24h',
    text: { verbosity: 'low', format: { type: 'json_object' } },
    metadata: { a: 'b' }
  }
  const { body } = await sent(asked)
  for (const name of Object.keys(PARAMS)) t.notOk(name in body, name)
  t.match(body, { text: { format: { type: 'json_object' } }, metadata: { a: 'b' }, user: 's' })
  t.notOk('verbosity' in (body.text as object))
  t.match(await table(), { 'cache.key': 'dropped', 'output.verbosity': 'dropped', 'service.tier': 'dropped' })
  const all = await sent(asked, { forwardParams: Object.keys(PARAMS) })
  t.match(all.body, { prompt_cache_key: 'k', service_tier: 'flex', safety_identifier: 's', text: { verbosity: 'low' } })
})

t.test('what the service added to the format goes through, and its sampling is asked for', async t => {
  const extra = { models: ['a/b'], provider: { sort: 'price' }, plugins: [{ id: 'web' }], session_id: 's', top_k: 5 }
  t.match((await sent(extra)).body, extra)
  const request = requestWith({ sampling: { topK: 4, frequencyPenalty: 0.5, presencePenalty: 0.25, seed: 1 } })
  const { body } = await sent(request)
  t.match(body, { top_k: 4, frequency_penalty: 0.5, presence_penalty: 0.25, seed: undefined })
  t.match(await table(), { 'sampling.top_k': 'exact', 'sampling.seed': 'dropped', 'output.stop': 'rejected' })
  const tools = [
    { type: 'function', name: 'f', parameters: {}, defer_loading: true, cache_control: { type: 'ephemeral' } }
  ]
  const strict = await sent({ tools }, { strictParams: true })
  t.match(strict.body, { provider: { require_parameters: true }, tools: [{ name: 'f', defer_loading: undefined }] })
  t.notMatch(JSON.stringify(strict.body), /cache_control/)
})

t.test('no cache mark is left, and limits and users are as this endpoint has them', async t => {
  const mark = { type: 'ephemeral' }
  const content = [
    { type: 'input_text', text: 'long', cache_control: mark, prompt_cache_breakpoint: { mode: 'explicit' } }
  ]
  const marked = { cache_control: mark, input: [{ role: 'user', content }] }
  const { body, gaps } = await sent(marked)
  t.notMatch(JSON.stringify(body), /cache_control|breakpoint/)
  t.ok(gaps.some(({ feature }) => feature === 'cache.auto'))
  t.match((await sent(marked, { cacheControl: 'forward' })).body, { cache_control: mark })
  t.equal((await sent(requestWith({ output: { maxTokens: 3 } }))).body.max_output_tokens, 16)
  const other = await sent(requestWith({ output: { maxTokens: 3 } }), {}, 'anthropic/claude-haiku-4.5')
  t.equal(other.body.max_output_tokens, 3)
  t.equal((await sent({ user: 'u'.repeat(256) })).body.user, 'u'.repeat(256))
  const long = await sent({ user: 'u'.repeat(257) })
  t.equal(long.body.user, undefined)
  t.match(long.gaps, [{ feature: 'identity.user', action: 'dropped' }])
})

t.test('a router keeps its prefix, and an effort stands for a budget beside it', async t => {
  t.equal((await sent({}, {}, 'auto')).body.model, 'openrouter/auto')
  t.equal((await sent({}, {}, 'Vendor/Model:nitro')).body.model, 'Vendor/Model:nitro')
  const both = await sent(
    requestWith({ reasoning: { mode: 'on', effort: 'max', budgetTokens: 9, expose: 'default', source: 'effort' } })
  )
  t.match(both.body, { reasoning: { effort: 'max' } })
  t.match(both.gaps, [{ feature: 'reasoning.budget', action: 'dropped' }])
})

const FOLDER = new URL('../../../../shared/recordings/responses/', import.meta.url)

t.test('recorded requests and replies go through', async t => {
  const names = existsSync(FOLDER) ? readdirSync(FOLDER).filter(name => name.startsWith('openrouter-')) : []
  if (names.length === 0) t.pass('there are no recordings beside this repository; nothing was compared')
  for (const name of names) {
    const { model, request, response } = JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'))
    const events = read(response.body, model)
    t.notOk(
      events.some(event => event.type === 'error'),
      name
    )
    t.ok((fold(events).choices[0]?.parts.length ?? 0) > 0, `${name} says something`)
    const { body, gaps } = await sent(request.body, {}, model)
    t.equal(body.input?.constructor, request.body.input.constructor, name)
    t.equal((body.input as { length: number }).length, request.body.input.length, name)
    t.strictSame(gaps, [], name)
  }
})
