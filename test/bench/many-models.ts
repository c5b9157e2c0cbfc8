import pino from 'pino'
import { Catalog } from '../../core/src/catalog/index.ts'
import type { ModelsConfig } from '../../core/src/config/index.ts'
import type { Alias, CatalogData, CatalogModel, Provider, ServedModel } from '../../core/src/contract/index.ts'
import { featureTable } from '../../core/src/ir/index.ts'
import { Registry } from '../../core/src/registry/index.ts'

const VENDORS = 40
const LINES = ['swift', 'plain', 'grand', 'tiny', 'coder'] as const
const VERSIONS = 10
const CHANNELS = 20
/** Two of the channels have the models of all vendors, the others share the rest. */
const WIDE = 2
const WIDE_MODELS = 1000
const OTHER_MODELS = 5000 - WIDE * WIDE_MODELS

const MODELS: ModelsConfig = {
  // Otherwise what no list has would be passed on, and no name would be wrong.
  strict: true,
  aliases: {},
  fallbacks: {},
  facts: {},
  channels: {},
  forbid: [],
  refreshMs: 0
}

/** manyModels is data of 2,000 models that are offered 5,000 times, with as much said of each as real data says. */
export function manyModels(): CatalogData {
  const vendors = Array.from({ length: VENDORS }, (_, at) => `maker-${at}`)
  const models = vendors.flatMap(vendor =>
    LINES.flatMap(line => Array.from({ length: VERSIONS }, (_, version) => model(vendor, line, version)))
  )
  const share = OTHER_MODELS / (CHANNELS - WIDE)
  const services = Array.from({ length: CHANNELS }, (_, at) => {
    const wide = at < WIDE
    const from = wide ? 0 : Math.round((at - WIDE) * share)
    const count = wide ? WIDE_MODELS : Math.round((at - WIDE + 1) * share) - from
    const served = Array.from({ length: count }, (_, index) => {
      const one = models[(from + index * (wide ? 2 : 1)) % models.length] as CatalogModel
      return serve(one, wide, from + index)
    })
    return [`service-${at}`, { name: `Service ${at}`, models: served }] as const
  })
  const aliases: Record<string, Alias> = {
    best: { targets: ['maker-1/grand-9.0', 'maker-2/grand-9.0', 'maker-3/grand-9.0'] }
  }
  return {
    version: '1',
    vendors: Object.fromEntries(vendors.map((slug, at) => [slug, { name: `Maker ${at}`, prefixes: [`mk${at}`] }])),
    models,
    services: Object.fromEntries(services),
    aliases
  }
}

function model(vendor: string, line: string, version: number): CatalogModel {
  const number = vendor.slice(vendor.indexOf('-') + 1)
  return {
    id: `${vendor}/${line}-${version}.0`,
    spellings: [`${line}${number}-${version}-0-202${version % 7}0929`, `${number}.${line}-${version}-v1:0`],
    name: `${line} ${version}`,
    vendor,
    family: `${line}${number}`,
    created: 1_700_000_000 + version * 1_000_000,
    contextTokens: 200_000,
    maxOutputTokens: 64_000,
    input: ['text', 'image', 'file'],
    output: ['text'],
    parameters: ['max_tokens', 'temperature', 'tools', 'tool_choice', 'reasoning', 'response_format'],
    features: ['tools', 'structured_outputs', 'reasoning'],
    reasoning: line === 'tiny' ? false : { efforts: ['low', 'medium', 'high'] }
  }
}

function serve({ id }: CatalogModel, wide: boolean, at: number): ServedModel {
  const own = wide ? id : id.slice(id.indexOf('/') + 1).replace('.', '-') + (at % 3 === 0 ? '-20250929' : '')
  return { id: wide ? own : `${id.slice(0, id.indexOf('/'))}-${own}`, model: id, prices: { input: 3, output: 15 } }
}

const FEATURES = featureTable({})

function provider(service: string, anyVendor: boolean): Provider {
  return {
    format: 'none',
    features: FEATURES,
    baseUrl: 'http://nowhere.invalid',
    encode: never,
    decoder: never,
    decodeError: never,
    models: { service, ...(anyVendor && { anyVendor: true }) }
  }
}

function never(): never {
  throw new Error('nothing is asked')
}

/** channelsOf registers the data and a channel for each of its services: `channel-0`, `channel-1`, … */
export function channelsOf(data: CatalogData): Registry {
  const registry = new Registry()
  const add = (kind: 'catalog' | 'provider', id: string, contribution: CatalogData | Provider) =>
    registry.add({ kind, id, plugin: id, version: '0.0.0', contribution } as never)
  add('catalog', 'data', data)
  for (const [at, service] of Object.keys(data.services).entries()) {
    add('provider', `channel-${at}`, provider(service, at < WIDE))
  }
  return registry.freeze()
}

/** catalogOf builds the catalogue. */
export function catalogOf(registry: Registry): Catalog {
  return new Catalog(registry, MODELS, pino({ level: 'silent' }))
}
