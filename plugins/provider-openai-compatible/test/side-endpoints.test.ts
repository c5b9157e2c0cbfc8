import { existsSync, readdirSync, readFileSync } from 'node:fs'
import type { Endpoint, Provider } from '@isthmus/core'
import { fakeHost, requestHead, resolveOptions } from '@isthmus/core/testing'
import { completions } from '@isthmus/format-completions'
import { embeddings } from '@isthmus/format-embeddings'
import t from 'tap'
import compatible from '../src/index.ts'
import { OFFERS } from '../src/offers.ts'
import { PRESETS, type PresetName } from '../src/presets.ts'

const local = 'http://127.0.0.1:9/v1'
const up = async (options: Record<string, unknown>): Promise<Provider> =>
  compatible.setup(fakeHost({ id: 'up' }), resolveOptions(compatible.options, options))
const endpointFor = (provider: Provider, operation: string): Endpoint | undefined =>
  provider.endpoints?.find(endpoint => endpoint.operation === operation)

const embed = (members: object = {}) =>
  embeddings.request.decode({ model: 'm', input: ['hi'], ...members }, requestHead())
const complete = (members: object = {}) =>
  completions.request.decode({ model: 'm', prompt: 'Once', ...members }, requestHead())

/** asked is what a server gets for an operation, undefined where it is not asked. */
async function asked(options: Record<string, unknown>, operation: 'embed' | 'complete', members = {}, model = 'm') {
  const provider = await up(options)
  const endpoint = endpointFor(provider, operation)
  if (endpoint?.serves?.(model) !== true) return undefined
  const request = operation === 'embed' ? embed(members) : complete(members)
  const upstream = endpoint.encode(request, { provider: 'up', model })
  return { url: provider.baseUrl + upstream.path, body: JSON.parse(upstream.body as string), endpoint }
}
const serving = async (options: Record<string, unknown>, model: string) => {
  const provider = await up(options)
  return [provider, ...(provider.endpoints ?? [])]
    .filter(endpoint => endpoint.serves?.(model) ?? true)
    .map(({ operation }) => operation)
}

t.test('a server of which only the address is known is asked for vectors, and completes by conversation', async t => {
  t.strictSame(await serving({ baseUrl: local }, 'qwen3'), ['generate', 'embed'])
  t.strictSame(await serving({ baseUrl: local }, 'nomic-embed-text'), ['embed'])
  t.match(await asked({ baseUrl: local }, 'embed', { dimensions: 8 }), {
    url: `${local}/embeddings`,
    body: { model: 'm', input: ['hi'], dimensions: 8 }
  })
})

t.test('a config says which models complete texts and make vectors', async t => {
  const options = { baseUrl: local, completionModels: ['*-base'], embeddingModels: ['vec-*'] }
  t.strictSame(await serving(options, 'llama-base'), ['generate', 'complete'])
  t.strictSame(await serving(options, 'vec-1'), ['embed'])
  t.strictSame(await serving(options, 'llama-embed'), ['generate'], 'a name suggests nothing any more')
  t.match(await asked(options, 'complete', { max_tokens: 3 }, 'x-base'), {
    url: `${local}/completions`,
    body: { model: 'x-base', prompt: 'Once', max_tokens: 3 }
  })
  const none = { preset: 'vllm', completionModels: [], embeddingModels: [] }
  t.strictSame(await serving(none, 'llama-embed'), ['generate'])
  t.strictSame(await serving({ preset: 'groq', embeddingModels: ['*'] }, 'bge-m3'), ['generate', 'embed'])
})

t.test('a preset says what its server has', async t => {
  t.strictSame(await serving({ preset: 'vllm' }, 'llama'), ['generate', 'complete', 'embed'])
  t.strictSame(await serving({ preset: 'cerebras' }, 'llama'), ['generate', 'complete'])
  t.strictSame(await serving({ preset: 'groq' }, 'llama'), ['generate'])
  t.strictSame(await serving({ preset: 'together' }, 'BAAI/bge-large-en-v1.5'), ['complete', 'embed'])
  t.strictSame(await serving({ preset: 'qwen' }, 'text-embedding-v4'), ['embed'])
  t.equal((await asked({ preset: 'qwen' }, 'embed', {}, 'text-embedding-v4'))?.endpoint.maxInputs, 10)
  const mistral = await asked({ preset: 'mistral' }, 'embed', { dimensions: 8 }, 'codestral-embed')
  t.match(mistral?.body, { output_dimension: 8, dimensions: undefined })
  t.equal(mistral?.url, 'https://api.mistral.ai/v1/embeddings')
  for (const preset of Object.keys(PRESETS)) t.ok(preset in OFFERS, preset)
})

t.test('Azure has both of its paths here as well', async t => {
  const azure = { preset: 'azure', baseUrl: 'https://res.openai.azure.com' }
  const versioned = { ...azure, apiVersion: '2024-10-21' }
  t.equal((await asked(azure, 'embed', {}, 'my-embedder'))?.url, `${azure.baseUrl}/openai/v1/embeddings`)
  t.equal(
    (await asked(versioned, 'embed', {}, 'my embedder'))?.url,
    `${azure.baseUrl}/openai/deployments/my%20embedder/embeddings?api-version=2024-10-21`
  )
  t.equal(
    (await asked(versioned, 'complete', {}, 'gpt-35-turbo-instruct'))?.url,
    `${azure.baseUrl}/openai/deployments/gpt-35-turbo-instruct/completions?api-version=2024-10-21`
  )
})

t.test('features that a server lacks are told for each operation', async t => {
  const options = {
    baseUrl: local,
    completionModels: ['*'],
    without: ['embed.dimensions', 'complete.suffix', 'output.n']
  }
  const provider = await up(options)
  t.match(endpointFor(provider, 'embed')?.features, { 'embed.dimensions': 'rejected', 'embed.tokens': 'exact' })
  t.match(endpointFor(provider, 'complete')?.features, { 'complete.suffix': 'rejected', 'output.n': 'rejected' })
  const given = await up({ preset: 'together', supports: ['embed.dimensions'] })
  t.equal(endpointFor(given, 'embed')?.features['embed.dimensions'], 'exact')
  t.equal(endpointFor(await up({ preset: 'ollama' }), 'embed')?.features['identity.user'], 'dropped')
})

const FOLDERS = { embed: 'embeddings', complete: 'completions' } as const

t.test('recorded requests and replies go through', async t => {
  let compared = 0
  for (const [operation, folder] of Object.entries(FOLDERS)) {
    const at = new URL(`../../../../shared/recordings/${folder}/`, import.meta.url)
    for (const name of existsSync(at) ? readdirSync(at) : []) {
      const preset = name.split('-')[0] as PresetName
      if (!(preset in PRESETS)) continue
      const { model, request, response } = JSON.parse(readFileSync(new URL(name, at), 'utf8'))
      const provider = await up({ preset, ...(preset === 'azure' && { baseUrl: 'https://res.openai.azure.com' }) })
      const endpoint = endpointFor(provider, operation)
      if (endpoint === undefined) continue
      compared++
      t.ok(endpoint.serves?.(model), `${name}: ${model} is served`)
      const decoded = operation === 'embed' ? embed(request.body) : complete(request.body)
      const upstream = endpoint.encode(decoded, { provider: preset, model })
      t.match(
        JSON.parse(upstream.body as string),
        { ...request.body, ...(request.body.stream && { stream: true }) },
        name
      )
      const streamed = typeof response.body === 'string'
      const type = streamed ? 'text/event-stream' : 'application/json'
      const head = { status: 200, headers: { 'content-type': type } }
      const decoder = endpoint.decoder({ provider: preset, model }, head, upstream.context)
      const bytes = new TextEncoder().encode(streamed ? response.body : JSON.stringify(response.body))
      const events = [...decoder.push(bytes), ...decoder.end()]
      t.notOk(
        events.some(event => event.type === 'error'),
        name
      )
    }
  }
  if (compared === 0) t.pass('there are no recordings beside this repository; nothing was compared')
})
