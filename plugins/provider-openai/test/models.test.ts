import type { FeatureTable, GenerateRequest } from '@isthmus/core'
import { fakeHost, requestHead, resolveOptions } from '@isthmus/core/testing'
import { chatCompletions } from '@isthmus/format-chat-completions'
import t from 'tap'
import openai from '../src/index.ts'

const up = async (options: Record<string, unknown> = {}) =>
  openai.setup(fakeHost({ id: 'openai' }), resolveOptions(openai.options, { apiKey: 'the-key', ...options }))
const decode = (members: object): GenerateRequest =>
  chatCompletions.request.decode(
    { model: 'm', messages: [{ role: 'system', content: 'Be brief' }], ...members },
    requestHead()
  )

async function sent(model: string, members: object, options = {}): Promise<Record<string, unknown>> {
  const provider = await up(options)
  const { body } = provider.encode(decode(members), { provider: 'openai', model })
  return JSON.parse(body as string)
}
const table = async (model: string, options = {}): Promise<FeatureTable> => (await up(options)).featuresFor!(model)

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
  t.equal((await sent('gpt-5-pro', { reasoning_effort: 'low' })).reasoning_effort, 'high')
})

t.test('an unknown model is of the newest generation on the official host, and anything elsewhere', async t => {
  const local = { baseUrl: 'http://127.0.0.1:9/v1' }
  t.equal((await table('gpt-next')).metadata, 'exact')
  t.equal((await table('gpt-next'))['sampling.top_k'], 'dropped')
  t.equal((await table('qwen3', local))['sampling.top_k'], 'exact')
  t.match(await sent('qwen3', { top_k: 5, max_tokens: 3 }, local), { top_k: 5, max_tokens: 3 })
  t.equal((await table('gpt-4o', local))['sampling.top_k'], 'dropped', 'a family is known by its name')
})

t.test('key, organisation and project go into headers, and models may be named', async t => {
  const provider = await up({ organization: 'org', project: 'proj', models: ['mine'], timeouts: { idleMs: 5 } })
  const request = provider.encode(decode({}), { provider: 'openai', model: 'mine' })
  await provider.authorize?.(request, { signal: new AbortController().signal })
  t.match(request, {
    method: 'POST',
    path: '/chat/completions',
    headers: { authorization: 'Bearer the-key', 'openai-organization': 'org', 'openai-project': 'proj' }
  })
  t.equal(provider.baseUrl, 'https://api.openai.com/v1')
  t.same(provider.timeouts, { idleMs: 5 })
  t.same(provider.models?.known, [{ id: 'mine' }])
  t.equal(provider.models?.list?.request.path, '/models')
})
