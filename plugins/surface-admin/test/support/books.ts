import {
  type Alias,
  type AliasBook,
  type AliasEntry,
  type Change,
  type Changed,
  createError,
  type FactsBook,
  type FactsEntry,
  type ModelFacts
} from '@isthmus/core'

const CONFLICT = createError('BOOKS_CONFLICT', 'conflict', 'another version stands')
const UNKNOWN = createError('BOOKS_UNKNOWN', 'not_found', 'there is none')
const INVALID = createError('BOOKS_INVALID', 'invalid_request', '%s')

/** Books are aliases and facts in memory, over those of a file. `meanwhile` runs once, in the middle of the next change. */
export class Books {
  readonly file: ReadonlyMap<string, Alias>
  readonly changes = new Map<string, Changed & { readonly alias?: Alias }>()
  readonly factChanges = new Map<string, FactsEntry>()
  meanwhile: (() => void) | undefined
  #versions = 0

  constructor(file: Readonly<Record<string, Alias>> = {}) {
    this.file = new Map(Object.entries(file))
  }

  /** change notes a change, as another admin would make it. */
  change(name: string, by: string, alias?: Alias): void {
    this.changes.set(name, { ...this.#changed(by), ...(alias && { alias }) })
  }

  readonly aliases: AliasBook = {
    list: () => [...new Set([...this.file.keys(), ...this.changes.keys()])].map(name => this.#entry(name)!),
    get: name => this.#entry(name),
    put: async (name, written, change) => {
      const text = typeof written === 'string' ? [written] : written
      const alias = Array.isArray(text) ? { targets: text } : (text as Alias | undefined)
      if (alias?.targets === undefined) throw INVALID.with({ param: 'targets' }, 'targets: expected an array')
      this.#expect(this.changes.get(name)?.version, change)
      this.change(name, change.by, alias)
      return this.#entry(name)!
    },
    remove: async (name, change) => {
      this.#expect(this.changes.get(name)?.version, change)
      if (this.file.has(name)) this.change(name, change.by)
      else this.changes.delete(name)
    },
    revert: async (name, change) => {
      if (!this.changes.has(name)) throw UNKNOWN()
      this.#expect(this.changes.get(name)?.version, change)
      this.changes.delete(name)
      return this.#entry(name)
    }
  }

  readonly facts: FactsBook = {
    list: () => [...this.factChanges.values()],
    put: async (name, facts, change) => {
      this.#expect(this.factChanges.get(name)?.changed.version, change)
      const entry = { name, facts: facts as ModelFacts, changed: this.#changed(change.by) }
      this.factChanges.set(name, entry)
      return entry
    },
    revert: async (name, change) => {
      this.#expect(this.factChanges.get(name)?.changed.version, change)
      this.factChanges.delete(name)
    }
  }

  #entry(name: string): AliasEntry | undefined {
    const alias = this.file.get(name)
    const over = alias && { alias, from: 'config' }
    const change = this.changes.get(name)
    if (change === undefined) return over && { name, ...over, missing: [] }
    const { alias: own, ...changed } = change
    return { name, ...(own && { alias: own }), from: 'runtime', changed, ...(over && { over }), missing: [] }
  }

  #expect(version: string | undefined, { ifVersion }: Change): void {
    const { meanwhile } = this
    this.meanwhile = undefined
    if (meanwhile !== undefined) {
      meanwhile()
      throw CONFLICT()
    }
    if (ifVersion !== undefined && ifVersion !== (version ?? '')) throw CONFLICT()
  }

  #changed(by: string): Changed {
    return { by, atMs: Date.UTC(2030, 0, 1), version: String(++this.#versions) }
  }
}
