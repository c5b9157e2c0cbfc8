import { type AliasText, type CatalogData, type CatalogService, toAlias } from '@isthmus/core'
import { checker, type JsonObject } from '@isthmus/core/wire'
import { CATALOG_FILE } from './schema.ts'

const FILE = checker(CATALOG_FILE)
const MOST_PROBLEMS = 3

/** Overlay is a file's content: of a service only what differs, and aliases as a config writes them. */
export interface Overlay extends Partial<Omit<CatalogData, 'services' | 'aliases'>> {
  readonly services?: Readonly<Record<string, Partial<CatalogService>>>
  readonly aliases?: Readonly<Record<string, AliasText>>
}

/** readOverlay gives a file's content, or what is wrong with it and where: it is taken as a whole or not at all. */
export function readOverlay(text: string): Overlay | { readonly problem: string } {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { problem: 'it is not JSON' }
  }
  const problems = FILE.problems(value)
  if (problems.length === 0) return value as Overlay
  const told = problems.slice(0, MOST_PROBLEMS).map(({ path, expected, got }) => {
    return `${path === '' ? 'the whole' : path}: expected ${expected}, got ${got}`
  })
  const more = problems.length > told.length ? `, and ${problems.length - told.length} more` : ''
  return { problem: told.join('; ') + more }
}

/** laidOver gives the data with what the overlay has in its place: a fact of a row at a time, and an alias as a whole. */
export function laidOver(data: CatalogData, over: Overlay): CatalogData {
  return {
    version: over.version ?? data.version,
    vendors: { ...data.vendors, ...over.vendors },
    models: rowsOver(data.models, over.models),
    services: { ...data.services, ...servicesOver(data.services, over.services) },
    aliases: { ...data.aliases, ...aliasesOf(over.aliases) }
  }
}

function aliasesOf(written: Overlay['aliases'] = {}): CatalogData['aliases'] {
  return Object.fromEntries(Object.entries(written).map(([name, alias]) => [name, toAlias(alias)]))
}

function servicesOver(data: CatalogData['services'], over: Overlay['services'] = {}): CatalogData['services'] {
  return Object.fromEntries(
    Object.entries(over).map(([slug, service]): [string, CatalogService] => {
      const { models = [], ...known } = data[slug] ?? { name: slug }
      return [slug, { ...known, ...service, models: rowsOver(models, service.models) }]
    })
  )
}

function rowsOver<T extends { readonly id: string }>(rows: readonly T[], over: readonly T[] = []): readonly T[] {
  const byId = new Map<string, T>(rows.map(row => [row.id, row]))
  for (const row of over) byId.set(row.id, { ...(byId.get(row.id) as JsonObject | undefined), ...row })
  return [...byId.values()]
}
