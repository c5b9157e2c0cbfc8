import type { Endpoint, FeatureTable, GenerateRequest, IrRequest, Provider } from '@isthmus/core'
import { fakeHost, requestHead, requestWith, resolveOptions } from '@isthmus/core/testing'
import { chatCompletions } from '@isthmus/format-chat-completions'
import { responses } from '@isthmus/format-responses'
import t from 'tap'
import openai from '../src/index.ts'

const up = async (options: Record<string, unknown> = {}) =>
  openai.setup(fakeHost({ id: 'openai' }), resolveOptions(openai.options, { apiKey: 'the-key', ...options }))
const local = { baseUrl: 'http://127.0.0.1:9/v1' }

const all = (provider: Provider): readonly Endpoint[] => [provider, ...(provider.endpoints ?? [])]
function endpoint(provider: Provider, path: string): Endpoint {
  const found = all(provider).find(candidate => candidate.encode(sampleFor(candidate), target('m')).path === path)
  if (found === undefined) throw new Error(`no endpoint at ${path}`)
  return found
}
const target = (model: string) => ({ provider: 'openai', model })
const ingress = { format: 'kit' }
const embed = { op: 'embed', model: '', inputs: ['hi'], ingress } as const
const complete = {
  op: 'complete',
  model: '',
  prompts: ['hi'],
  sampling: {},
  output: {},
  reply: { stream: false },
  ingress
} as const
const count = { op: 'count_tokens', model: '', input: requestWith({}), ingress } as const

function sampleFor({ operation }: Endpoint): IrRequest {
  const samples: Readonly<Record<string, IrRequest>> = { embed, complete, count_tokens: count }
  return samples[operation ?? 'generate'] ?? requestWith({})
}

const CHAT = '/chat/completions'
const decode = (members: object): GenerateRequest =>
  chatCompletions.request.decode(
    { model: 'm', messages: [{ role: 'system', content: 'Be brief' }], ...members },
    requestHead()
  )

async function sent(model: string, members: object, options = {}, path = CHAT): Promise<Record<string, unknown>> {
  const { body } = endpoint(await up(options), path).encode(decode(members), target(model))
  return JSON.parse(body as string)
}
const table = async (model: string, options = {}, path = CHAT): Promise<FeatureTable> =>
  endpoint(await up(options), path).featuresFor!(model)

/** pathsFor are the paths on which a model is asked, in order. */
async function pathsFor(model: string, options = {}): Promise<readonly string[]> {
  return all(await up(options))
    .filter(candidate => candidate.serves?.(model) ?? true)
    .map(candidate => candidate.encode(sampleFor(candidate), target(model)).path)
}
const RESPONSES = ['/responses', '/responses/input_tokens']
const BOTH = ['/responses', CHAT, '/responses/input_tokens']

t.test('each model is asked where OpenAI serves it, Responses first', async t => {
  for (const model of ['gpt-5.6', 'gpt-5-mini', 'gpt-4o', 'gpt-3.5-turbo', 'o3', 'gpt-5-chat-latest', 'gpt-next']) {
    t.strictSame(await pathsFor(model), BOTH, model)
  }
  for (const model of ['ft:gpt-4o-mini:org::id', 'openai/gpt-4o']) t.strictSame(await pathsFor(model), BOTH, model)
  const responsesOnly = [
    'gpt-5-pro',
    'gpt-5.2-pro',
    'o1-pro',
    'o3-pro-2025-06-10',
    'gpt-5.1-codex-max',
    'codex-mini-latest'
  ]
  for (const model of [...responsesOnly, 'o4-mini-deep-research', 'computer-use-preview']) {
    t.strictSame(await pathsFor(model), RESPONSES, model)
  }
  for (const model of ['gpt-audio', 'gpt-4o-audio-preview', 'gpt-4o-mini-search-preview', 'gpt-5-search-api']) {
    t.strictSame(await pathsFor(model), [CHAT], model)
  }
  for (const model of ['gpt-3.5-turbo-instruct', 'davinci-002', 'babbage-002', 'ft:babbage-002:org::id']) {
    t.strictSame(await pathsFor(model), ['/completions'], model)
  }
  for (const model of ['text-embedding-3-small', 'text-embedding-ada-002']) {
    t.strictSame(await pathsFor(model), ['/embeddings'], model)
  }
  for (const model of ['whisper-1', 'gpt-image-1', 'dall-e-3', 'gpt-realtime', 'gpt-4o-transcribe', 'tts-1-hd']) {
    t.strictSame(await pathsFor(model), [], model)
  }
})

t.test('another server is asked on Chat, and on Responses only if the config says that it has it', async t => {
  t.strictSame(await pathsFor('qwen3', local), [CHAT, '/completions', '/embeddings'])
  t.strictSame(await pathsFor('qwen3', { ...local, responses: true }), [
    CHAT,
    '/responses',
    '/responses/input_tokens',
    '/completions',
    '/embeddings'
  ])
  t.strictSame(await pathsFor('nomic-embed-text', local), ['/embeddings'])
  t.strictSame(await pathsFor('gpt-4o', local), [CHAT], 'a family is known by its name')
  t.strictSame(await pathsFor('gpt-4o', { responses: false }), [CHAT])
  t.strictSame(await pathsFor('gpt-4o', { baseUrl: 'https://eu.api.openai.com/v1' }), BOTH)
})

t.test('a reasoning model takes instructions as developer, no temperature, and max_completion_tokens', async t => {
  const body = await sent('o4-mini', { temperature: 0.5, max_tokens: 100, reasoning_effort: 'minimal' })
  t.match(body, { messages: [{ role: 'developer' }], max_completion_tokens: 100, reasoning_effort: 'low' })
  t.notOk('temperature' in body || 'max_tokens' in body)
  t.match(await table('o4-mini'), {
    'sampling.temperature': 'dropped',
    'output.stop': 'rejected',
    'output.logprobs': 'rejected'
  })
})

t.test('on Responses a model gets the same efforts, and sampling only where it takes it', async t => {
  const on = (model: string, members: object) => sent(model, members, {}, '/responses')
  const asked = { temperature: 0.5, max_tokens: 3, reasoning_effort: 'minimal' }
  t.match(await on('o4-mini', asked), { reasoning: { effort: 'low' }, max_output_tokens: 16, temperature: undefined })
  t.match(await on('gpt-5-mini', asked), { reasoning: { effort: 'minimal' }, temperature: undefined })
  t.match(await on('gpt-5.2', { ...asked, reasoning_effort: 'none' }), { temperature: 0.5 })
  t.match(await on('gpt-5.2', { ...asked, reasoning_effort: 'low' }), { temperature: undefined })
  t.match(await on('gpt-5.6', { reasoning_effort: 'max' }), { reasoning: { effort: 'max' } })
  t.match(await on('gpt-5-pro', asked), { reasoning: { effort: 'high' } })
  t.match(await on('gpt-5.1-codex', asked), { reasoning: { effort: 'low' } })
  t.match(await on('gpt-4o', asked), { temperature: 0.5, reasoning: undefined, include: undefined })
})

t.test('on Responses nothing is kept for a client of another format, and sealed reasoning is asked for', async t => {
  const body = await sent('gpt-5.2', {}, {}, '/responses')
  t.match(body, { store: false, include: ['reasoning.encrypted_content'] })
  const own = responses.request.decode({ model: 'm', input: 'hi', previous_response_id: 'resp_1' }, requestHead())
  const { body: kept } = endpoint(await up(), '/responses').encode(own, target('gpt-5.2'))
  t.match(JSON.parse(kept as string), { previous_response_id: 'resp_1', store: undefined })
  t.match(await table('gpt-5.2', {}, '/responses'), {
    'state.previous': 'exact',
    'state.background': 'rejected',
    'input.audio': 'rejected',
    'output.logprobs': 'rejected',
    'cache.mark': 'dropped'
  })
  t.equal((await table('gpt-5.6', {}, '/responses'))['cache.mark'], 'converted')
  t.equal((await table('gpt-4o', {}, '/responses'))['input.reasoning'], 'dropped')
})

t.test('a model that can stop reasoning takes a temperature then', async t => {
  t.equal((await sent('gpt-5.2', { temperature: 0.5, reasoning_effort: 'none' })).temperature, 0.5)
  t.equal((await sent('gpt-5.2', { temperature: 0.5, reasoning_effort: 'low' })).temperature, undefined)
  t.match(await table('gpt-5.2'), { 'sampling.temperature': 'exact' })
})

t.test('a model that does not reason takes all of sampling, and no effort', async t => {
  const body = await sent('gpt-4o', { temperature: 0.5, reasoning_effort: 'high' })
  t.match(body, { temperature: 0.5, messages: [{ role: 'system' }] })
  t.notOk('reasoning_effort' in body)
  t.match(await table('gpt-4o'), { 'reasoning.effort': 'dropped' })
})

t.test('the first generation is told the least effort where it should not reason', async t => {
  t.equal((await sent('gpt-5-mini', { reasoning_effort: 'none' })).reasoning_effort, 'minimal')
})

t.test('a model that refuses tools together with reasoning says so only where there is another way', async t => {
  t.equal((await table('gpt-5.6'))['tools.function'], 'emulated')
  t.equal((await table('gpt-5.2'))['tools.function'], 'exact')
  t.equal((await table('gpt-5.6', local))['tools.function'], 'exact')
})

t.test('an unknown model is of the newest generation on the official host, and anything elsewhere', async t => {
  t.equal((await table('gpt-next')).metadata, 'exact')
  t.equal((await table('gpt-next'))['sampling.top_k'], 'dropped')
  t.equal((await table('qwen3', local))['sampling.top_k'], 'exact')
  t.match(await sent('qwen3', { top_k: 5, max_tokens: 3 }, local), { top_k: 5, max_tokens: 3 })
  t.equal((await table('gpt-4o', local))['sampling.top_k'], 'dropped', 'a family is known by its name')
})

t.test('vectors and text completions are asked for as each model takes them', async t => {
  const provider = await up()
  const vectors = endpoint(provider, '/embeddings')
  t.equal(vectors.maxInputs, 2048)
  t.match(vectors.featuresFor!('text-embedding-3-large'), { 'embed.dimensions': 'exact', 'embed.media': 'rejected' })
  t.equal(vectors.featuresFor!('text-embedding-ada-002')['embed.dimensions'], 'rejected')
  const { body } = vectors.encode({ ...embed, dimensions: 8 }, target('text-embedding-3-small'))
  t.match(JSON.parse(body as string), { model: 'text-embedding-3-small', input: ['hi'], dimensions: 8 })
  const texts = endpoint(provider, '/completions')
  t.match(texts.featuresFor!('gpt-3.5-turbo-instruct'), { 'complete.suffix': 'exact', 'sampling.top_k': 'dropped' })
  t.equal(texts.featuresFor!('davinci-002')['complete.suffix'], 'rejected')
})

t.test('key, organisation and project go into headers of every request, and models may be named', async t => {
  const provider = await up({ organization: 'org', project: 'proj', models: ['mine'], timeouts: { idleMs: 5 } })
  for (const one of all(provider)) {
    const request = one.encode(sampleFor(one), target('mine'))
    await provider.authorize?.(request, { signal: new AbortController().signal })
    t.match(request, {
      method: 'POST',
      headers: { authorization: 'Bearer the-key', 'openai-organization': 'org', 'openai-project': 'proj' }
    })
  }
  t.equal(provider.baseUrl, 'https://api.openai.com/v1')
  t.same(provider.timeouts, { idleMs: 5 })
  t.same(provider.models?.known, [{ id: 'mine' }])
  t.equal(provider.models?.list?.request.path, '/models')
  t.equal(provider.models?.service, 'openai')
  t.equal((await up(local)).models?.service, undefined, 'another server is not the vendor’s')
})
