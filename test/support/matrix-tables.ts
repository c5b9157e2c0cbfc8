import {
  type CaseFile,
  type Fixture,
  failureCases,
  type ReplyCaseFile,
  type RequestCaseFile,
  replyCases,
  requestCases
} from '../matrix/support/fixtures.ts'
import { loadSpokes } from '../matrix/support/formats.ts'

/** matrixTables are the generated parts of `fixtures/README.md`: what becomes of each case between each two formats. */
export async function matrixTables(): Promise<Readonly<Record<string, string>>> {
  const ids = (await loadSpokes()).map(({ id }) => id)
  const pairs = ids.flatMap(client => ids.map(upstream => ({ client, upstream })))
  return {
    requests: table(
      ['request', ...pairs.map(({ client, upstream }) => `${client} → ${upstream}`)],
      requestCases().map(fixture => [nameOf(fixture), ...pairs.map(pair => requestCell(fixture.about, pair))])
    ),
    replies: table(
      ['reply', ...pairs.map(({ client, upstream }) => `${client} ← ${upstream}`)],
      replyCases().map(fixture => [nameOf(fixture), ...pairs.map(pair => replyCell(fixture.about, pair))])
    ),
    failures: table(
      ['failure', 'what happens', 'kind'],
      failureCases().map(({ name, about }) => [`\`${name}\``, about.title, `\`${about.error.kind}\``])
    )
  }
}

interface Pair {
  readonly client: string
  readonly upstream: string
}

const nameOf = ({ name, about }: Fixture<CaseFile>): string => `\`${name}\`: ${about.title}`

function requestCell({ clients, rewritten, ...about }: RequestCaseFile, { client, upstream }: Pair): string {
  if (!clients.includes(client)) return '–'
  if (client === upstream) return rewritten?.includes(client) ? 'converted' : 'exact'
  return lost(about, upstream) ?? (clients.includes(upstream) ? 'exact' : 'converted')
}

function replyCell({ upstreams, ...about }: ReplyCaseFile, { client, upstream }: Pair): string {
  if (!upstreams.includes(upstream)) return '–'
  return lost(about, client) ?? (client === upstream || upstreams.includes(client) ? 'exact' : 'converted')
}

/** lost lists what happens to what a format cannot say; undefined if nothing does. */
function lost({ gaps, unreported }: CaseFile, format: string): string | undefined {
  const reported = Object.entries(gaps?.[format] ?? {}).map(([feature, action]) => `${action}: \`${feature}\``)
  const others = (unreported?.[format] ?? []).map(words => `unreported: ${words}`)
  return [...reported, ...others].join(', ') || undefined
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
