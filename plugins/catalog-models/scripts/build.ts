/**
 * `npm run data -w @isthmus/catalog-models`: makes `data/catalog.json` out of the table in `facts/` and the price list of
 * `@pydantic/genai-prices`. It asks no clock and no network: the same table and list give the same file.
 * With `--check` it writes nothing and fails if the file is another.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { CatalogData } from '@isthmus/core'
import { assemble } from './assemble.ts'
import { readFacts } from './facts.ts'

const FACTS = new URL('../facts/', import.meta.url)

/** DATA is the file that the package ships. */
export const DATA = new URL('../data/catalog.json', import.meta.url)

/** build gives the text of the file. */
export function build(): string {
  const facts = readFacts(FACTS)
  const { version } = facts.sources.prices
  const installed = installedVersion()
  if (installed !== version) {
    throw new Error(
      `facts/sources.json is of version ${version} of the price list, and ${installed} is installed: give it the new version and its day`
    )
  }
  return textOf(assemble(facts))
}

function installedVersion(): string {
  const entry = createRequire(import.meta.url).resolve('@pydantic/genai-prices')
  const { version } = JSON.parse(readFileSync(join(entry, '../../package.json'), 'utf8')) as { version: string }
  return version
}

/** textOf writes a line for each model, so that changes can be read. */
function textOf({ version, vendors, models, services, aliases }: CatalogData): string {
  const rows = (list: readonly unknown[]) => list.map(row => `\n${JSON.stringify(row)}`).join(',')
  const members = (object: Readonly<Record<string, unknown>>) =>
    Object.entries(object)
      .map(([name, value]) => `\n${JSON.stringify(name)}:${JSON.stringify(value)}`)
      .join(',')
  const served = Object.entries(services)
    .map(([name, { models: list, ...service }]) => {
      const head = JSON.stringify(service).slice(0, -1)
      return `\n${JSON.stringify(name)}:${head},"models":[${rows(list)}\n]}`
    })
    .join(',')
  return [
    `{"version":${JSON.stringify(version)},`,
    `"vendors":{${members(vendors)}\n},`,
    `"models":[${rows(models)}\n],`,
    `"services":{${served}\n},`,
    `"aliases":{${members(aliases)}\n}}\n`
  ].join('\n')
}

if (import.meta.main) {
  const text = build()
  if (!process.argv.includes('--check')) writeFileSync(DATA, text)
  else if (readFileSync(DATA, 'utf8') !== text) {
    console.error('data/catalog.json is not what the table and the price list give: run the script without --check')
    process.exitCode = 1
  }
}
