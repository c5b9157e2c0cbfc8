import { deepEqual, ok } from 'node:assert/strict'
import type { TObject } from 'typebox'
import type { CatalogData, Plugin, PriceSet } from '../contract/index.ts'
import type { Case } from './case.ts'
import { descriptorCases, type PluginCaseOptions, withPlugin } from './descriptor-cases.ts'

/** catalogCases hold a plugin that knows models to the contract: what it says is not at odds with itself. */
export function catalogCases<O extends TObject>(
  plugin: Plugin<'catalog', O>,
  given: PluginCaseOptions = {}
): readonly Case[] {
  const on = (name: string, problems: (data: CatalogData) => readonly string[]) =>
    withPlugin(name, plugin, given, data => deepEqual(problems(data), []))
  return [
    ...descriptorCases('catalog', plugin, given),
    withPlugin('the data is plain and says of which version it is', plugin, given, data => {
      deepEqual(JSON.parse(JSON.stringify(data)), data, 'the data is more than JSON')
      ok(data.version !== '', 'the version is empty')
    }),
    on('no name stands for two models', ({ models }) => twice(models.flatMap(namesOf))),
    on('no service has an id twice', ({ services }) =>
      Object.entries(services).flatMap(([service, { models }]) =>
        twice(models.map(({ id }) => `${service} ${key(id)}`))
      )
    ),
    on('what services serve, and who made it, is there', ({ models, services, vendors }) => {
      const ids = new Set(models.map(({ id }) => id))
      return [
        ...models.flatMap(({ id, vendor }) => (vendor !== undefined && !(vendor in vendors) ? `${id}: ${vendor}` : [])),
        ...Object.entries(services).flatMap(([name, service]) => [
          ...(service.vendor !== undefined && !(service.vendor in vendors) ? [`${name}: ${service.vendor}`] : []),
          ...service.models.flatMap(({ id, model }) =>
            model === undefined || ids.has(model) ? [] : `${name} ${id}: ${model}`
          )
        ])
      ]
    }),
    on('no price is below zero, and unknown ones are absent', ({ models, services }) =>
      [...models, ...Object.values(services).flatMap(service => service.models)].flatMap(({ id, prices }) =>
        [prices, ...(prices?.tiers ?? [])].every(isPriceSet) ? [] : id
      )
    )
  ]
}

/** key is what names are compared by: upper and lower case, and `.` and `-`, are the same. */
const key = (name: string): string => name.toLowerCase().replaceAll('.', '-')

function namesOf({ id, spellings = [] }: CatalogData['models'][number]): readonly string[] {
  return [...new Set([id, id.slice(id.indexOf('/') + 1), ...spellings].map(key))]
}

function twice(names: readonly string[]): readonly string[] {
  const seen = new Set<string>()
  return names.filter(name => seen.size === seen.add(name).size)
}

function isPriceSet(prices: PriceSet | undefined): boolean {
  return Object.values(prices ?? {}).every(price => typeof price !== 'number' || (Number.isFinite(price) && price >= 0))
}
