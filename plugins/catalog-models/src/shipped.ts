import { readFileSync } from 'node:fs'
import type { CatalogData } from '@isthmus/core'

/** Beside `src` and, in the built package, beside `dist`. */
const DATA = new URL('../data/catalog.json', import.meta.url)

/** shipped reads the data of the package. A test holds it to the schema, so that no start has to. */
export function shipped(): CatalogData {
  return JSON.parse(readFileSync(DATA, 'utf8')) as CatalogData
}
