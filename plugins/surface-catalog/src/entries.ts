import { type CatalogView, isGatewayError, type ModelFacts, type ModelRow } from '@isthmus/core'

/** Entry is one model as the catalogue shows it, wherever it is served, or a name that stands for others. */
export interface Entry {
  /** `vendor/model`; `channel/model` for a model of which no more is known; an alias. */
  readonly id: string
  readonly name: string
  /** What is known of it, all channels taken together. */
  readonly facts: ModelFacts
  /** One for each id under which a channel has it, in the order of the config. */
  readonly rows: readonly ModelRow[]
  /** Whose model it is. */
  readonly author: string
  /** Ids of the channels. */
  readonly providers: readonly string[]
  readonly alias: boolean
  /** What an alias stands for now. */
  readonly target?: { readonly slug: string; readonly name: string }
  /** What people search in. */
  readonly text: string
}

const ALIAS = 'alias'

/** idOf is the name under which a row is shown. */
export const idOf = (row: ModelRow): string => row.model ?? row.id

/** entriesOf takes the rows of a model together. Aliases come first, as in the catalogue. */
export function entriesOf(catalog: CatalogView): readonly Entry[] {
  const aliases: ModelRow[] = []
  const byId = new Map<string, ModelRow[]>()
  for (const row of catalog.models()) {
    if (row.provider === ALIAS) {
      aliases.push(row)
      continue
    }
    const rows = byId.get(idOf(row))
    if (rows === undefined) byId.set(idOf(row), [row])
    else rows.push(row)
  }
  return [
    // A name of a model is that model, whatever else is called so.
    ...aliases.filter(({ id }) => !byId.has(id)).map(row => aliasEntry(row, catalog)),
    ...[...byId].map(([id, rows]) => modelEntry(id, rows))
  ]
}

function modelEntry(id: string, rows: readonly ModelRow[]): Entry {
  const facts = mergedFacts(rows)
  const name = facts.name ?? id
  const author =
    facts.vendor ?? (rows[0]?.model === undefined ? rows[0]?.ownedBy : undefined) ?? id.split('/', 1)[0] ?? ''
  const providers = [...new Set(rows.map(row => row.provider))]
  const text = [id, name, author, facts.family, ...rows.map(row => row.id)].join('\n').toLowerCase()
  return { id, name, facts, rows, author, providers, alias: false, text }
}

/** An alias is shown with the facts of what it stands for first: those of others may differ. */
function aliasEntry({ id, name }: ModelRow, catalog: CatalogView): Entry {
  const known = rowsOf(id, catalog)
  const [first] = known
  const description = catalog.aliases.get(id)?.alias?.description
  const target =
    first &&
    modelEntry(
      idOf(first),
      known.filter(row => idOf(row) === idOf(first))
    )
  return {
    id,
    name: name ?? id,
    facts: { ...target?.facts, ...(description !== undefined && { description }) },
    rows: target?.rows ?? [],
    author: ALIAS,
    providers: target?.providers ?? [],
    alias: true,
    ...(target && { target: { slug: target.id, name: target.name } }),
    text: [id, name, description, target?.text].join('\n').toLowerCase()
  }
}

/** rowsOf gives what a name leads to: nothing, where its channel waits for a key. */
function rowsOf(name: string, catalog: CatalogView): readonly ModelRow[] {
  try {
    return catalog.known(name).map(({ row }) => row)
  } catch (thrown) {
    if (isGatewayError(thrown)) return []
    throw thrown
  }
}

/** mergedFacts believes the first channel that knows something; of lists it takes what any has. */
function mergedFacts(rows: readonly ModelRow[]): ModelFacts {
  const [first] = rows
  if (rows.length === 1 && first !== undefined) return first
  const merged: Record<string, unknown> = {}
  for (const row of rows) {
    for (const [name, value] of Object.entries(row)) {
      const known = merged[name]
      if (known === undefined) merged[name] = value
      else if (Array.isArray(known) && Array.isArray(value)) merged[name] = [...new Set([...known, ...value])]
    }
  }
  return merged
}
