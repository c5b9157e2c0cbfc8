import type { AliasEntry, CatalogView, KnownModel } from '../contract/index.ts'
import { priceText, timeText } from './amounts.ts'
import { columns, plain } from './columns.ts'
import { targetsText } from './models.ts'
import type { ConfigFlags } from './prepare.ts'
import type { Terminal } from './terminal.ts'
import { withGateway } from './with-gateway.ts'

export interface ShowFlags extends ConfigFlags {
  readonly json?: true
}

/** Members of a row that say which model it is, not what is known of it. */
const IDENTITY: ReadonlySet<string> = new Set(['id', 'provider', 'upstreamId', 'model'])

const MOST_NAMES = 8

/** showModel shows every fact of the models a name leads to, and where each is from. */
export function showModel(name: string, flags: ShowFlags, terminal: Terminal): Promise<void> {
  return withGateway(flags, terminal, ({ books }) => {
    const alias = books.aliases.get(name)
    const known = knownOf(books, name, alias)
    if (flags.json) {
      terminal.out(JSON.stringify({ name, ...(alias && { alias }), known }, null, 2))
      return
    }
    const parts = [...(alias ? [aliasText(alias)] : []), ...known.map(modelText)]
    if (parts.length > 0) terminal.out(parts.join('\n\n'))
    if (known.length > 0) return
    for (const line of books.explain(name).steps) terminal.err(plain(line))
    terminal.err('No more is known.')
  })
}

/** An alias whose targets are all missing can be shown all the same. */
function knownOf(books: CatalogView, name: string, alias: AliasEntry | undefined): readonly KnownModel[] {
  return alias !== undefined && books.explain(name).targets.length === 0 ? [] : books.known(name)
}

function aliasText({ name, alias, from, changed, over, missing }: AliasEntry): string {
  const { description, sticky, defaults, fallbacks } = alias ?? {}
  const lines: readonly (readonly [string, string | undefined])[] = [
    ['stands for', targetsText(alias)],
    ['from', from],
    ['description', description],
    ['the same for', sticky && `one ${sticky}`],
    ['defaults', defaults && JSON.stringify(defaults)],
    ['then', fallbacks?.join(', ')],
    ['missing', missing.length === 0 ? undefined : missing.join(', ')],
    ['changed', changed && `by ${changed.by}, ${timeText(changed.atMs)}`],
    ['over', over && `${targetsText(over.alias)} (${over.from})`]
  ]
  const rows = lines.flatMap(([title, text]) => (text === undefined ? [] : [[title, plain(text)]]))
  return `${plain(name)}, an alias\n${columns(rows)}`
}

function modelText({ row, from, names }: KnownModel): string {
  const facts = Object.entries(row)
    .filter(([member]) => !IDENTITY.has(member))
    .flatMap(([member, value]) =>
      factLines(member, value).map(([title, text]) => [title, plain(from[member] ?? ''), plain(text)])
    )
  const title = row.model === undefined || row.model === row.id ? row.id : `${row.id}, which is ${row.model}`
  const lines = [plain(title), columns([['FACT', 'FROM', ''], ...facts])]
  // The shortest are what people write; a model may have dozens.
  const others = names.filter(other => other !== row.id).sort((one, other) => one.length - other.length)
  const more = others.length > MOST_NAMES ? ` and ${others.length - MOST_NAMES} more (--json)` : ''
  if (others.length > 0) lines.push(`  Also: ${plain(others.slice(0, MOST_NAMES).join(', '))}${more}`)
  return lines.join('\n')
}

/** factLines writes one fact; one that has members of its own has a line for each. */
function factLines(title: string, value: unknown): readonly (readonly [title: string, text: string])[] {
  if (Array.isArray(value)) {
    if (!value.some(item => typeof item === 'object')) return [[title, value.join(', ')]]
    return value.flatMap((item, index) => factLines(`${title}[${index}]`, item))
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
    if (members.length === 0) return [[title, 'yes']]
    return members.flatMap(([name, member]) => factLines(`${title}.${name}`, member))
  }
  if (title === 'created' && typeof value === 'number') return [[title, timeText(value * 1000)]]
  if (title.startsWith('prices') && typeof value === 'number') return [[title, priceText(value)]]
  return [[title, String(value)]]
}
