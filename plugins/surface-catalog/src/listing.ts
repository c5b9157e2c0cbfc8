import { createHash } from 'node:crypto'
import { gzip } from 'node:zlib'
import type { Host, ModelRow } from '@isthmus/core'
import { providerNames } from './encode-endpoints.ts'
import { encodeModel } from './encode-model.ts'
import { type Entry, entriesOf, idOf } from './entries.ts'
import { unknownModel } from './errors.ts'
import { type Facets, facetsOf } from './facets.ts'

/** Prepared is a reply that is sent as it is to everyone. */
export interface Prepared {
  readonly body: Buffer
  readonly etag: string
  /** It comes a little later than the rest; until then everyone is sent the longer one. */
  zipped?: Buffer
}

/** Snapshot is the list of models until something changes. */
interface Snapshot {
  readonly rows: readonly ModelRow[]
  readonly entries: readonly Entry[]
  readonly byId: ReadonlyMap<string, Entry>
  readonly providers: ReadonlyMap<string, string>
  /** Each model as it is written: lists are put together of these. */
  readonly texts: Map<Entry, string>
  whole?: Prepared
  facets?: Facets
}

/** The most other names that are shown of a model. */
const MAX_NAMES = 40

/** Listing is the catalogue as this surface shows it; everything is worked out once for each change. */
export class Listing {
  #host: Pick<Host, 'catalog' | 'gateway'>
  #snapshot: Snapshot | undefined

  constructor(host: Pick<Host, 'catalog' | 'gateway'>) {
    this.#host = host
  }

  entries(): readonly Entry[] {
    return this.#now().entries
  }

  /** providers gives the names of the channels' services, by the channels' ids. */
  providers(): ReadonlyMap<string, string> {
    return this.#now().providers
  }

  facets(): Facets {
    const now = this.#now()
    now.facets ??= facetsOf(now.entries, now.providers)
    return now.facets
  }

  /** find takes a name as clients write it: also another spelling, or with the channel before it. */
  find(name: string): Entry | undefined {
    const { byId } = this.#now()
    const own = byId.get(name)
    if (own !== undefined) return own
    const [first] = this.#host.catalog.known(name)
    return first && byId.get(idOf(first.row))
  }

  /** about gives what else the page of a model tells. */
  about(entry: Entry): { readonly names: readonly string[]; readonly providers: ReadonlyMap<string, string> } {
    const own = new Set(entry.rows.map(row => row.id))
    const known = [...own].flatMap(id => this.#host.catalog.known(id))
    const names = known.filter(({ row }) => own.has(row.id)).flatMap(it => it.names)
    return { names: [...new Set(names)].filter(it => it !== entry.id).slice(0, MAX_NAMES), providers: this.providers() }
  }

  /** whole is the list with nothing left out. */
  whole(): Prepared {
    const now = this.#now()
    now.whole ??= prepared(this.encoded(now.entries, now.entries.length, null))
    return now.whole
  }

  /** encoded writes a part of the list. */
  encoded(entries: readonly Entry[], total: number, next: string | null): string {
    const data = entries.map(entry => this.text(entry)).join(',')
    return `{"object":"list","data":[${data}],"links":${JSON.stringify({ next })},"total_count":${total}}`
  }

  /** text writes one model. */
  text(entry: Entry): string {
    const { texts } = this.#now()
    const known = texts.get(entry)
    if (known !== undefined) return known
    const text = JSON.stringify(encodeModel(entry, this.#host.gateway.basePath))
    texts.set(entry, text)
    return text
  }

  #now(): Snapshot {
    const { catalog } = this.#host
    const rows = catalog.models()
    if (this.#snapshot?.rows === rows) return this.#snapshot
    const entries = entriesOf(catalog)
    const byId = new Map(entries.map(entry => [entry.id, entry]))
    this.#snapshot = { rows, entries, byId, providers: providerNames(catalog), texts: new Map() }
    return this.#snapshot
  }
}

/** found is the entry of a name, or an error where it leads to none. */
export function found(listing: Listing, name: string): Entry {
  const entry = listing.find(name)
  if (entry === undefined) throw unknownModel(name)
  return entry
}

function prepared(text: string): Prepared {
  const made: Prepared = { body: Buffer.from(text), etag: etagOf(text) }
  gzip(made.body, (error, zipped) => {
    if (error === null) made.zipped = zipped
  })
  return made
}

/** etagOf is the same for the same content. */
export const etagOf = (text: string): string =>
  `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`

/** matches tells whether a cache has this already. It may send several tags, and may have weakened one on its way. */
export const matches = (header: string | readonly string[] | undefined, etag: string): boolean =>
  header === '*' ||
  String(header ?? '')
    .split(',')
    .some(tag => tag.trim().replace(/^W\//, '') === etag)
