import type { ModelInfo } from '@isthmus/core'
import t from 'tap'
import { decodeListing } from '../src/listing.ts'
import { up } from './support/send.ts'

/** An entry with all that the service says of a model. */
const FULL = {
  id: 'anthropic/claude-sonnet-4.5',
  canonical_slug: 'anthropic/claude-4.5-sonnet-20250929',
  name: 'Anthropic: Claude Sonnet 4.5',
  created: 1_759_161_676,
  description: 'For agents.',
  context_length: 1_000_000,
  architecture: {
    modality: 'text+image->text',
    input_modalities: ['text', 'image', 'file', 'smell'],
    output_modalities: ['text', 'speech', 'audio'],
    tokenizer: 'Claude',
    instruct_type: null
  },
  pricing: {
    prompt: '0.000003',
    completion: '0.000015',
    request: '0',
    image: '0.0048',
    image_token: '0.000004',
    audio: '0.0000069999999',
    web_search: '0.01',
    internal_reasoning: '0',
    input_cache_read: '0.0000003',
    input_cache_write: '0.00000375',
    input_cache_write_1h: '0.000006',
    overrides: [
      { min_prompt_tokens: 200_000, prompt: '0.000006', completion: '0.0000225' },
      { utc_start: 1630, utc_end: 30, prompt: '0.000001' }
    ]
  },
  top_provider: { context_length: 900_000, max_completion_tokens: 64_000, is_moderated: true },
  per_request_limits: null,
  supported_parameters: ['include_reasoning', 'reasoning', 'tools', 'tool_choice', 'temperature'],
  expiration_date: '2027-01-31',
  knowledge_cutoff: null,
  reasoning: { mandatory: false, default_enabled: false, supported_efforts: ['low', 'high'], supports_max_tokens: true }
}
const one = (members: object): ModelInfo | undefined => decodeListing({ data: [{ id: 'a/b', ...members }] })[0]

t.test('all that the list says of a model is read, prices for a million tokens', async t => {
  t.strictSame(decodeListing({ data: [FULL] }), [
    {
      id: 'anthropic/claude-sonnet-4.5',
      ownedBy: 'anthropic',
      vendor: 'anthropic',
      name: 'Anthropic: Claude Sonnet 4.5',
      description: 'For agents.',
      created: 1_759_161_676,
      contextTokens: 1_000_000,
      maxOutputTokens: 64_000,
      input: ['text', 'image', 'file'],
      output: ['text', 'audio'],
      parameters: ['include_reasoning', 'reasoning', 'tools', 'tool_choice', 'temperature'],
      features: ['tools', 'reasoning', 'prompt_caching', 'web_search'],
      reasoning: { mandatory: false, byDefault: false, efforts: ['low', 'high'], budget: true },
      prices: {
        input: 3,
        output: 15,
        cacheRead: 0.3,
        cacheWrite: 3.75,
        cacheWrite1h: 6,
        inputImage: 4,
        inputAudio: 6.9999999,
        perImage: 0.0048,
        perWebSearch: 0.01,
        tiers: [{ aboveInputTokens: 200_000, input: 6, output: 22.5 }]
      },
      deprecated: '2027-01-31',
      tokenizer: 'Claude'
    }
  ])
})

t.test('zero is free, and a price that varies is not known', async t => {
  t.strictSame(one({ pricing: { prompt: '0', completion: '0', request: '0' } })?.prices, { input: 0, output: 0 })
  t.equal(one({ pricing: { prompt: '-1', completion: '-1' } })?.prices, undefined)
  t.equal(one({ pricing: {} })?.prices, undefined)
})

t.test('what is not said, or null, is not known', async t => {
  t.strictSame(one({}), { id: 'a/b', ownedBy: 'a', vendor: 'a' })
  const nothing = { context_length: null, top_provider: { max_completion_tokens: null }, supported_parameters: null }
  t.strictSame(one({ ...nothing, architecture: null, pricing: null, reasoning: null }), {
    id: 'a/b',
    ownedBy: 'a',
    vendor: 'a'
  })
  t.equal(one({ supported_parameters: ['tools'] })?.reasoning, false, 'a complete list without it says that it cannot')
  t.equal(one({ supported_parameters: ['reasoning'] })?.reasoning, undefined)
})

t.test('a list with nonsense in it is refused as a whole, and the error says where', async t => {
  const cases: readonly (readonly [members: object, path: string])[] = [
    [{ pricing: { prompt: '-0.1' } }, 'data[1].pricing.prompt'],
    [{ pricing: { completion: 'much' } }, 'data[1].pricing.completion'],
    [{ pricing: { completion: '' } }, 'data[1].pricing.completion'],
    [{ pricing: { request: true } }, 'data[1].pricing.request'],
    [{ pricing: { prompt: '1e999' } }, 'data[1].pricing.prompt'],
    [{ pricing: 'none' }, 'data[1].pricing'],
    [{ pricing: { overrides: {} } }, 'data[1].pricing.overrides'],
    [{ pricing: { overrides: [5] } }, 'data[1].pricing.overrides[0]'],
    [{ pricing: { overrides: [{ prompt: '-2' }] } }, 'data[1].pricing.overrides[0].prompt'],
    [{ context_length: '200k' }, 'data[1].context_length'],
    [{ context_length: -1 }, 'data[1].context_length'],
    [{ created: 'yesterday' }, 'data[1].created'],
    [{ architecture: { input_modalities: 'text' } }, 'data[1].architecture.input_modalities'],
    [{ supported_parameters: [1] }, 'data[1].supported_parameters'],
    [{ reasoning: { mandatory: 'yes' } }, 'data[1].reasoning.mandatory'],
    [{ name: ['x'] }, 'data[1].name']
  ]
  for (const [members, path] of cases) {
    t.throws(
      () => decodeListing({ data: [{ id: 'a/a' }, { id: 'a/b', ...members }] }),
      { message: `${path}: expected` },
      path
    )
  }
  t.throws(() => decodeListing('<html>'), { message: /^data: expected a list of models/ })
})

t.test('the provider reads its list so, and says under which name the service is known', async t => {
  const { models } = await up()
  t.equal(models?.service, 'openrouter')
  t.equal(models?.anyVendor, true)
  t.match(models?.list?.decode({ data: [FULL, { id: 'openrouter/auto' }] }), [
    { id: FULL.id, prices: { input: 3 } },
    { id: 'auto', ownedBy: 'openrouter' },
    { id: 'openrouter/auto', ownedBy: 'openrouter' }
  ])
  t.equal((await up({ baseUrl: 'http://127.0.0.1:9/v1' })).models?.service, undefined)
})
