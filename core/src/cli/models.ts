import type { AliasEntry, CatalogView, ModelRow } from '../contract/index.ts'
import { countText, priceText, tokensText, UNKNOWN } from './amounts.ts'
import { columns, fitted, plain } from './columns.ts'
import { Failed } from './fail.ts'
import type { ConfigFlags } from './prepare.ts'
import type { Terminal } from './terminal.ts'
import { withGateway } from './with-gateway.ts'

export interface ModelsFlags extends ConfigFlags {
  readonly channel?: string
  readonly json?: true
  readonly all?: true
}

const TITLES = ['MODEL', 'CONTEXT', 'OUTPUT', 'IN $/M', 'OUT $/M', 'TAKES', 'FEATURES']
const ALIGNS = [undefined, 'right', 'right', 'right', 'right'] as const
/** A person wants a page, whoever reads a pipe wants everything. */
const MOST_SHOWN = 100

/** models lists what can be asked for, or what fits all the words of a search. */
export function models(words: readonly string[], flags: ModelsFlags, terminal: Terminal): Promise<void> {
  return withGateway(flags, terminal, ({ books }) => {
    mustBeChannel(flags.channel, books, terminal)
    const fits = search(words)
    const rows = books
      .models()
      .filter(row => row.provider !== 'alias' && (flags.channel === undefined || row.provider === flags.channel))
    const found = rows.filter(row => fits(wordsOf(row)))
    const aliases = flags.channel === undefined ? books.aliases.list().filter(entry => fits(aliasWords(entry))) : []
    if (flags.json) terminal.out(JSON.stringify({ aliases, models: found }, null, 2))
    else show(found, aliases, flags, terminal)
    tell(rows.length, found, books, flags, terminal)
  })
}

/** mustBeChannel ends the command where the id is none of a provider that is up. */
export function mustBeChannel(channel: string | undefined, books: CatalogView, { err }: Terminal): void {
  const ids = books.channels().map(({ id }) => id)
  if (channel === undefined || ids.includes(channel)) return
  err(`There is no channel '${plain(channel)}'; there are ${ids.join(', ') || 'none'}`)
  throw new Failed()
}

function show(found: readonly ModelRow[], aliases: readonly AliasEntry[], flags: ModelsFlags, terminal: Terminal) {
  const { width } = terminal
  if (aliases.length > 0) {
    const rows = aliases.map(({ name, alias, from }) => [plain(name), plain(from), plain(targetsText(alias))])
    terminal.out(fitted(columns([['ALIAS', 'FROM', 'STANDS FOR'], ...rows], ''), width))
    if (found.length > 0) terminal.out('')
  }
  const page = width === undefined || flags.all ? found : found.slice(0, MOST_SHOWN)
  if (page.length > 0) terminal.out(fitted(columns([TITLES, ...page.map(rowText)], '', ALIGNS), width))
}

/** tell says what the table cannot, to the person who watches. */
function tell(
  all: number,
  found: readonly ModelRow[],
  books: CatalogView,
  { json, all: everything, channel }: ModelsFlags,
  { width, err }: Terminal
): void {
  if (json) return
  const more = width === undefined || everything ? 0 : found.length - MOST_SHOWN
  const cut = more > 0 ? `; ${countText(more)} more with --all` : ''
  err(`\n${countText(found.length)} of ${countText(all)} models${cut}`)
  const states = books.channels().filter(({ id }) => channel === undefined || id === channel)
  const pending = states.filter(({ listing }) => listing === 'pending').map(({ id }) => id)
  if (pending.length > 0) err(`Not asked yet for their lists: ${pending.join(', ')} (isthmus models refresh)`)
}

function rowText(row: ModelRow): readonly string[] {
  return [
    plain(row.id),
    tokensText(row.contextTokens),
    tokensText(row.maxOutputTokens),
    priceText(row.prices?.input),
    priceText(row.prices?.output),
    plain(row.input?.join(' ') ?? UNKNOWN),
    plain(row.features?.join(' ') ?? UNKNOWN)
  ]
}

/** targetsText lists what an alias stands for. */
export function targetsText(alias: AliasEntry['alias']): string {
  if (alias === undefined) return '(taken away)'
  return alias.targets
    .map(target => (typeof target === 'string' ? target : [target.model, ...conditions(target)].join(' ')))
    .join(', ')
}

function conditions({ weight, when }: Exclude<NonNullable<AliasEntry['alias']>['targets'][number], string>) {
  return [
    ...(weight === undefined ? [] : [`(weight ${weight})`]),
    ...(when?.contextAbove === undefined ? [] : [`(above ${when.contextAbove} tokens)`]),
    ...(when?.groups === undefined ? [] : [`(for ${when.groups.join(', ')})`])
  ]
}

/** search makes a test for texts that hold all the words. People mix up case, and dots with dashes. */
function search(words: readonly string[]): (text: string) => boolean {
  const wanted = words.flatMap(word => word.split(/\s+/)).map(keyOf)
  return text => {
    const key = keyOf(text)
    return wanted.every(word => key.includes(word))
  }
}

const keyOf = (text: string): string => text.toLowerCase().replaceAll('.', '-')

function wordsOf({ id, name, model, vendor, family, ownedBy, input, output, features }: ModelRow): string {
  return [id, name, model, vendor, family, ownedBy, ...(input ?? []), ...(output ?? []), ...(features ?? [])].join(' ')
}

function aliasWords({ name, alias }: AliasEntry): string {
  return [name, alias?.description, targetsText(alias)].join(' ')
}
