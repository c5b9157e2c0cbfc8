import pino from 'pino'
import { Catalog } from '../../../src/catalog/index.ts'
import type { ModelsConfig } from '../../../src/config/index.ts'
import type { Asked, CatalogData, ModelInfo, Provider, ProviderModels } from '../../../src/contract/index.ts'
import { Registry } from '../../../src/registry/index.ts'
import { tinyTable } from '../../pipeline/support/tiny-format.ts'

export const CONFIG: ModelsConfig = {
  strict: false,
  aliases: {},
  fallbacks: {},
  facts: {},
  channels: {},
  forbid: [],
  refreshMs: 0
}

/** DATA is a small world: the vendors `acme` (with a service of its own) and `bolt`, and `mall`, which sells all there is. */
export const DATA: CatalogData = {
  version: '1',
  vendors: { acme: { name: 'Acme', prefixes: ['acme-labs', 'ac'] }, bolt: { name: 'Bolt' } },
  models: [
    {
      id: 'acme/owl-4.5',
      spellings: ['owl-4-5-20250929', 'acme.owl-4-5-v1:0', 'owl-4-5@20250929'],
      family: 'owl',
      created: 2_000,
      contextTokens: 200_000,
      output: ['text'],
      reasoning: { efforts: ['low', 'high'] }
    },
    { id: 'acme/owl-4', spellings: ['owl-4-0', 'owl-4-20250514'], family: 'owl', created: 1_000, reasoning: {} },
    { id: 'acme/owl-5-preview', family: 'owl', created: 3_000, reasoning: {} },
    { id: 'acme/wren-1', family: 'wren', created: 1_000, reasoning: false },
    { id: 'acme/wren-2', family: 'wren' },
    { id: 'acme/wren-1.9', family: 'wren' },
    { id: 'acme/lark-thinking', reasoning: {} },
    { id: 'acme/lark', reasoning: {} },
    { id: 'acme/vec-1', output: ['embeddings'] },
    { id: 'bolt/ray-1', reasoning: {} },
    { id: 'bolt/ray-1-0528', reasoning: {} }
  ],
  services: {
    acme: {
      name: 'Acme',
      vendor: 'acme',
      models: [
        { id: 'owl-4-5', model: 'acme/owl-4.5', prices: { input: 3, output: 15 } },
        { id: 'owl-4-5-20250929', model: 'acme/owl-4.5' },
        { id: 'owl-4-20250514', model: 'acme/owl-4' },
        { id: 'owl-5-preview', model: 'acme/owl-5-preview' },
        { id: 'wren-1', model: 'acme/wren-1' },
        { id: 'wren-2', model: 'acme/wren-2' },
        { id: 'wren-1.9', model: 'acme/wren-1.9' },
        { id: 'lark', model: 'acme/lark' },
        { id: 'vec-1', model: 'acme/vec-1' }
      ]
    },
    mall: {
      name: 'Mall',
      models: [
        { id: 'acme/owl-4.5', model: 'acme/owl-4.5', maxOutputTokens: 1_000 },
        { id: 'acme/owl-4', model: 'acme/owl-4' },
        { id: 'acme/wren-1', model: 'acme/wren-1' },
        { id: 'acme/lark-thinking', model: 'acme/lark-thinking' },
        { id: 'bolt/ray-1', model: 'bolt/ray-1' },
        { id: 'bolt/ray-1:free', model: 'bolt/ray-1' },
        { id: 'mall/auto' }
      ]
    }
  },
  aliases: { best: { targets: ['acme/owl-4.5', 'bolt/ray-1'], description: 'Shipped.' } }
}

/** provider is one that only says which models it has. */
export const provider = (models: ProviderModels = {}, more: Partial<Provider> = {}): Provider =>
  ({ format: 'tiny', features: tinyTable(), baseUrl: 'http://x.invalid', models, ...more }) as unknown as Provider

export const acme = (known: readonly ModelInfo[] = []): Provider => provider({ service: 'acme', known })
export const mall = (): Provider => provider({ service: 'mall', anyVendor: true })
/** A server of the user's own, of which no data knows anything. */
export const own = (...ids: readonly string[]): Provider => provider({ known: ids.map(id => ({ id })) })

export interface WorldOptions {
  readonly config?: { readonly [K in keyof ModelsConfig]?: unknown }
  readonly data?: readonly CatalogData[]
  readonly log?: pino.Logger
}

/** registryOf registers providers in their order, and `later`, which waits for its key. */
export function registryOf(
  providers: Readonly<Record<string, Provider>>,
  data: readonly CatalogData[] = [DATA]
): Registry {
  const registry = new Registry()
  const add = (kind: 'catalog' | 'provider', id: string, contribution: CatalogData | Provider) =>
    registry.add({ kind, id, plugin: id, version: '1.0.0', contribution } as never)
  for (const [at, one] of data.entries()) add('catalog', at === 0 ? 'data' : `data-${at}`, one)
  for (const [id, contribution] of Object.entries(providers)) add('provider', id, contribution)
  registry.waiting.push({ kind: 'provider', id: 'later', variables: ['LATER_KEY'] })
  return registry.freeze()
}

export function world(
  providers: Readonly<Record<string, Provider>>,
  { config, data, log = pino({ level: 'silent' }) }: WorldOptions = {}
): Catalog {
  return new Catalog(registryOf(providers, data), { ...CONFIG, ...config } as ModelsConfig, log)
}

/** targets gives what a name leads to, as `channel/model`; `!` stands before one that is to think. */
export function targets(catalog: Catalog, name: string, asked?: Asked): readonly string[] {
  return catalog
    .resolve(name, [], asked)
    .offers.map(({ provider, model, thinking }) => `${thinking ? '!' : ''}${provider}/${model}`)
}
