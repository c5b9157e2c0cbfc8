import type { CatalogView, KnownModel, ModelRow } from '@isthmus/core'
import { type FakeHost, fakeHost, resolveOptions } from '@isthmus/core/testing'
import type { Test } from 'tap'
import surface from '../../src/index.ts'

/* A small catalogue: models on one channel and on two, one of which little is known, and a name that stands for others. */

const HAIKU = {
  name: 'Claude Haiku 4.5',
  model: 'anthropic/claude-haiku-4.5',
  vendor: 'anthropic',
  family: 'claude-haiku',
  created: 1_760_486_400,
  contextTokens: 200_000,
  input: ['text', 'image'],
  output: ['text'],
  tokenizer: 'Claude'
} as const

export const ROWS: readonly ModelRow[] = [
  { id: 'economy', provider: 'alias', ownedBy: 'alias' },
  { id: 'sleeping', provider: 'alias', ownedBy: 'alias' },
  {
    ...HAIKU,
    id: 'anthropic/claude-haiku-4-5',
    upstreamId: 'claude-haiku-4-5',
    provider: 'anthropic',
    maxOutputTokens: 64_000,
    parameters: ['max_tokens', 'temperature', 'tools', 'tool_choice', 'reasoning'],
    features: ['tools', 'structured_outputs', 'reasoning', 'prompt_caching'],
    reasoning: { budget: { min: 1024 }, efforts: ['low', 'high'] },
    prices: { input: 1, output: 5, cacheRead: 0.1, cacheWrite: 1.25, cacheWrite1h: 2, perWebSearch: 0.01 },
    datacenters: ['US']
  },
  {
    ...HAIKU,
    id: 'router/anthropic/claude-haiku-4.5',
    upstreamId: 'anthropic/claude-haiku-4.5',
    provider: 'router',
    contextTokens: 100_000,
    maxOutputTokens: 32_000,
    parameters: ['max_tokens', 'seed'],
    features: ['tools', 'web_search'],
    prices: { input: 1.1, output: 5.5 },
    datacenters: ['DE']
  },
  {
    id: 'router/google/gemini-2.5-flash-lite',
    upstreamId: 'google/gemini-2.5-flash-lite',
    model: 'google/gemini-2.5-flash-lite',
    provider: 'router',
    name: 'Gemini 2.5 Flash Lite',
    vendor: 'google',
    created: 1_753_142_400,
    contextTokens: 1_048_576,
    maxOutputTokens: 65_535,
    input: ['text', 'image', 'audio', 'video', 'file'],
    output: ['text'],
    features: ['tools', 'json_mode', 'structured_outputs'],
    prices: {
      input: 0.1,
      output: 0.4,
      inputAudio: 0.3,
      tiers: [{ aboveInputTokens: 200_000, input: 0.2, output: 0.8 }]
    },
    deprecated: '2026-12-31',
    knowledge: '2025-01'
  },
  {
    id: 'router/free/tiny',
    upstreamId: 'free/tiny',
    model: 'free/tiny',
    provider: 'router',
    vendor: 'free',
    input: ['text'],
    output: ['text'],
    contextTokens: 8192,
    prices: { input: 0, output: 0 },
    reasoning: false
  },
  {
    id: 'house/embed-small',
    upstreamId: 'embed-small',
    provider: 'house',
    ownedBy: 'house',
    input: ['text'],
    output: ['embeddings'],
    prices: { input: 0.02 }
  },
  {
    id: 'house/<img src=x onerror="document.title=1">',
    upstreamId: 'x',
    provider: 'house',
    name: '<img src=x onerror="document.title=1">'
  }
]

const known = (row: ModelRow): KnownModel => ({ row, from: {}, names: [] })
const find = (id: string) => ROWS.find(row => row.id === id) as ModelRow

/** HOUSE is what is to be seen of the catalogue beside its rows. */
export const HOUSE: Partial<CatalogView> = {
  known: name => {
    if (name === 'economy') return ['anthropic/claude-haiku-4-5', 'router/free/tiny'].map(id => known(find(id)))
    if (name === 'claude-haiku-4-5-20251001') return [known(find('anthropic/claude-haiku-4-5'))]
    return ROWS.filter(row => row.id === name && row.provider !== 'alias').map(known)
  },
  channels: () => [
    { id: 'anthropic', service: 'anthropic', models: 1, listing: 'read' },
    { id: 'router', service: 'openrouter', models: 3, listing: 'kept' },
    { id: 'house', models: 2, listing: 'none' }
  ],
  services: () => ({
    anthropic: {
      name: 'Anthropic',
      headquarters: 'US',
      datacenters: ['US'],
      privacyPolicyUrl: 'https://www.anthropic.com/legal/privacy'
    },
    openrouter: { name: 'OpenRouter' }
  })
}

export interface UpOptions {
  readonly rows?: readonly ModelRow[]
  readonly options?: Readonly<Record<string, unknown>>
  readonly basePath?: string
  readonly catalog?: Partial<CatalogView>
}

/** up sets the surface up on a host of its own, until the test ends. */
export async function up(
  t: Test,
  { rows = ROWS, options = {}, basePath = '', catalog }: UpOptions = {}
): Promise<FakeHost> {
  const host = fakeHost({ models: rows, gateway: { basePath }, catalog: { ...HOUSE, ...catalog } })
  t.teardown(() => host.close())
  await surface.setup(host, resolveOptions(surface.options, options))
  return host
}

const FEATURES = ['tools', 'json_mode', 'structured_outputs', 'web_search', 'reasoning', 'prompt_caching']
const CHANNELS = ['anthropic', 'router', 'house']

/** manyRows makes models of which each is served by two channels. */
export function manyRows(models: number): readonly ModelRow[] {
  return Array.from({ length: models * 2 }, (_, index) => {
    const number = Math.floor(index / 2)
    const provider = CHANNELS[index % 3] as string
    const model = `vendor-${number % 40}/model-${number}`
    return {
      id: `${provider}/${model}`,
      upstreamId: model,
      provider,
      model,
      vendor: `vendor-${number % 40}`,
      name: `Vendor ${number % 40}: Model ${number}`,
      description: 'A model that is like the others of its vendor, and differs from them in its number.',
      created: 1_700_000_000 + number * 3600,
      contextTokens: 2 ** (12 + (number % 9)),
      maxOutputTokens: 4096 * (1 + (number % 16)),
      input: number % 3 === 0 ? ['text', 'image'] : ['text'],
      output: ['text'],
      parameters: ['max_tokens', 'temperature', 'top_p', 'stop', 'seed', 'tools', 'tool_choice', 'response_format'],
      features: FEATURES.filter((_feature, at) => (number >> at) % 2 === 0),
      prices: { input: (number % 200) / 20, output: (number % 200) / 5, cacheRead: (number % 200) / 200 }
    }
  })
}
