import type { FeatureTable, GenerateRequest, Provider } from '@isthmus/core'
import { fakeHost, requestHead, requestWith, resolveOptions } from '@isthmus/core/testing'
import { chatCompletions } from '@isthmus/format-chat-completions'
import t from 'tap'
import compatible from '../src/index.ts'
import { QUIRKS } from '../src/quirks.ts'

const local = 'http://127.0.0.1:9/v1'
const up = async (options: Record<string, unknown>): Promise<Provider> =>
  compatible.setup(fakeHost({ id: 'up' }), resolveOptions(compatible.options, options))
const decode = (members: object): GenerateRequest =>
  chatCompletions.request.decode(
    { model: 'm', messages: [{ role: 'developer', content: 'Be brief' }], ...members },
    requestHead()
  )
const send = (provider: Provider, members: object = {}, model = 'some-model') =>
  provider.encode(decode(members), { provider: 'up', model })

async function sent(options: Record<string, unknown>, members: object = {}, model?: string) {
  return JSON.parse(send(await up(options), members, model).body as string)
}
const table = async (options: Record<string, unknown>, model = 'some-model'): Promise<FeatureTable> =>
  (await up(options)).featuresFor!(model)

async function addressed(options: Record<string, unknown>, model?: string): Promise<string> {
  const provider = await up(options)
  return provider.baseUrl + send(provider, {}, model).path
}
async function authorized(options: Record<string, unknown>): Promise<Record<string, string>> {
  const provider = await up(options)
  const request = send(provider)
  await provider.authorize?.(request, { signal: new AbortController().signal })
  return request.headers
}

t.test(
  'a server of which only the address is known gets what the client wrote, with instructions as system',
  async t => {
    const body = await sent({ baseUrl: local }, { top_k: 5, max_tokens: 3, reasoning_effort: 'xhigh', seed: 1 })
    t.match(body, { messages: [{ role: 'system' }], top_k: 5, max_tokens: 3, reasoning_effort: 'xhigh', seed: 1 })
    t.equal(await addressed({ baseUrl: `${local}/` }), `${local}/chat/completions`)
    t.equal((await authorized({ baseUrl: local })).authorization, undefined, 'no key, no header')
  }
)

t.test('without a preset that has one, the address must be given', async t => {
  await t.rejects(up({}), { code: 'PROVIDER_OPENAI_COMPATIBLE_BASE_URL' })
  await t.rejects(up({ preset: 'azure' }), { code: 'PROVIDER_OPENAI_COMPATIBLE_BASE_URL' })
  await t.rejects(up({ preset: 'nobody' }), /preset/)
})

t.test('a feature that does not exist is refused, with the nearest one', async t => {
  const expected = { code: 'PROVIDER_OPENAI_COMPATIBLE_FEATURE', message: /sampling\.top_k/ }
  await t.rejects(up({ baseUrl: local, without: ['sampling.topk'] }), expected)
  await t.rejects(up({ baseUrl: local, modelRules: [{ models: ['*'], supports: ['sampling.topk'] }] }), expected)
})

t.test('Azure has both of its paths, each found however much of it the address holds', async t => {
  const resource = 'https://res.openai.azure.com'
  const classic = `${resource}/openai/deployments/my%20one/chat/completions?api-version=2024-12-01-preview`
  for (const base of [resource, `${resource}/`, `${resource}/openai`]) {
    const options = { preset: 'azure', baseUrl: base }
    t.equal(await addressed(options), `${resource}/openai/v1/chat/completions`, base)
    t.equal(await addressed({ ...options, apiVersion: '2024-12-01-preview' }, 'my one'), classic, base)
  }
  const full = { preset: 'azure', baseUrl: `${resource}/openai/v1/` }
  t.equal(await addressed(full), `${resource}/openai/v1/chat/completions`)
  t.match(await authorized({ ...full, apiKey: 'the-key' }), { 'api-key': 'the-key', authorization: undefined })
  t.equal((await up(full)).models?.list, undefined, 'the list there is not one of deployments')
})

t.test('Azure is told of a family by the name of the deployment', async t => {
  const azure = { preset: 'azure', baseUrl: 'https://res.openai.azure.com' }
  const body = await sent(azure, { max_tokens: 100, temperature: 0.5, reasoning_effort: 'minimal' }, 'gpt-5-mini')
  t.match(body, { max_completion_tokens: 100, messages: [{ role: 'developer' }], reasoning_effort: 'low' })
  t.notOk('temperature' in body)
  t.match(await sent(azure, { max_tokens: 100, temperature: 0.5 }, 'gpt-4o'), { max_tokens: 100, temperature: 0.5 })
})

t.test('path, headers, key header and models are the operator’s', async t => {
  const path = '/models/chat/completions?api-version=2024-05-01-preview'
  const options = { baseUrl: local, path, apiKey: 'the-key', keyHeader: 'X-Key', headers: { 'X-Team': 'tides' } }
  t.equal(await addressed(options), `${local}${path}`)
  t.match(await authorized(options), { 'x-key': 'the-key', 'x-team': 'tides', authorization: undefined })
  t.equal((await authorized({ baseUrl: local, apiKey: 'the-key' })).authorization, 'Bearer the-key')
  const provider = await up({ baseUrl: local, models: ['mine'], listModels: false, timeouts: { idleMs: 5 } })
  t.same(provider.models?.known, [{ id: 'mine' }])
  t.equal(provider.models?.list, undefined)
  t.same(provider.timeouts, { idleMs: 5 })
  t.equal((await up({ baseUrl: local })).models?.list?.request.path, '/models')
})

t.test('members go under other names', async t => {
  const body = await sent({ baseUrl: local, rename: { seed: 'random_seed' } }, { seed: 7 })
  t.equal(body.random_seed, 7)
  t.notOk('seed' in body)
})

t.test('features can be taken away, and given back against a preset', async t => {
  t.equal((await table({ baseUrl: local, without: ['output.n', 'metadata'] }))['output.n'], 'rejected')
  t.equal((await table({ baseUrl: local, without: ['output.n', 'metadata'] })).metadata, 'dropped')
  t.equal((await table({ preset: 'groq' }))['output.n'], 'rejected')
  t.equal((await table({ preset: 'groq', supports: ['output.n'] }))['output.n'], 'exact')
})

t.test('rules for some models count over those for all, the first that fits and in any case', async t => {
  const options = {
    baseUrl: local,
    quirks: ['max-tokens'],
    efforts: ['low'],
    modelRules: [
      { models: ['big-*-chat', 'other'], quirks: ['max-completion-tokens'] },
      { models: ['*'], efforts: ['high'] }
    ]
  }
  const members = { max_tokens: 9, reasoning_effort: 'medium' }
  t.match(await sent(options, members, 'BIG-one-chat'), { max_completion_tokens: 9, reasoning_effort: 'low' })
  t.match(await sent(options, members, 'other'), { max_completion_tokens: 9 })
  t.match(await sent(options, members, 'big-chat'), { max_tokens: 9, reasoning_effort: 'high' })
  t.match(await sent(options, members, 'another'), { max_tokens: 9, reasoning_effort: 'high' })
})

t.test('every quirk changes what is sent or what is said of it', async t => {
  const asked = {
    messages: [
      { role: 'user', content: [{ type: 'text', text: 'long', cache_control: { type: 'ephemeral' } }] },
      {
        role: 'assistant',
        content: '',
        reasoning: 'hm',
        tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } }]
      },
      {
        role: 'tool',
        tool_call_id: 'call_1',
        content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } }]
      },
      { role: 'developer', content: 'Be brief' }
    ],
    tools: [{ type: 'function', function: { name: 'f' } }],
    max_tokens: 3,
    temperature: 1,
    reasoning_effort: 'low',
    user: 'u'.repeat(65),
    stream: true
  }
  const foreign = requestWith({
    messages: [
      { role: 'user', parts: [{ type: 'text', text: 'Go on' }] },
      { role: 'assistant', parts: [{ type: 'text', text: 'The sea is' }], prefill: true }
    ],
    reasoning: { mode: 'on', expose: 'full', source: 'flag' }
  })
  /** What a server gets whose own choices differ from the quirk's. */
  const against: Record<string, string> = {
    'max-tokens': 'max-completion-tokens',
    'reasoning-effort': 'think',
    'no-cache-marks': 'cache-control',
    'cache-control': 'prompt-cache-breakpoint',
    'media-in-results': 'media-after-results',
    'replay-reasoning': 'no-reasoning-replay'
  }
  const all = async (quirks: string[]): Promise<string> => {
    const provider = await up({ baseUrl: local, quirks })
    const target = { provider: 'up', model: 'm' }
    const requests = [decode(asked), foreign].map(request => {
      const { body, gaps } = provider.encode(request, target)
      return [body, gaps]
    })
    return JSON.stringify([requests, provider.featuresFor!('m')])
  }
  for (const quirk of Object.keys(QUIRKS)) {
    if (quirk === 'one-stop' || quirk === 'system-role') continue
    const before = against[quirk] === undefined ? [] : [against[quirk]]
    t.not(await all([...before, quirk]), await all(before), quirk)
  }
  const oneStop = await up({ baseUrl: local, quirks: ['one-stop'] })
  t.throws(() => send(oneStop, { stop: ['a', 'b'] }), /more than 1 stop/)
  const developer = { baseUrl: local, quirks: ['developer-role'] }
  t.match(await sent(developer), { messages: [{ role: 'developer' }] })
  t.match(await sent({ ...developer, quirks: ['developer-role', 'system-role'] }), { messages: [{ role: 'system' }] })
})
