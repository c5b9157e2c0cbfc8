import { type CaseFile, type Fixture, failureCases, replyCases, requestCases } from '../matrix/support/fixtures.ts'
import { loadSpokes } from '../matrix/support/formats.ts'

/** matrixTables are the generated parts of `fixtures/README.md`: what becomes of each case in each format. */
export async function matrixTables(): Promise<Readonly<Record<string, string>>> {
  const ids = (await loadSpokes()).map(({ id }) => id)
  return {
    requests: table(
      ['request', 'clients', ...ids.map(id => `to ${id}`)],
      requestCases().map(fixture => [
        nameOf(fixture),
        listOf(fixture.about.clients, ids),
        ...ids.map(id => cell(fixture.about, fixture.about.clients, id))
      ])
    ),
    replies: table(
      ['reply', 'upstreams', ...ids.map(id => `to ${id}`)],
      replyCases().map(fixture => [
        nameOf(fixture),
        listOf(fixture.about.upstreams, ids),
        ...ids.map(id => cell(fixture.about, fixture.about.upstreams, id))
      ])
    ),
    failures: table(
      ['failure', 'what happens', 'kind'],
      failureCases().map(({ name, about }) => [`\`${name}\``, about.title, `\`${about.error.kind}\``])
    )
  }
}

const nameOf = ({ name, about }: Fixture<CaseFile>): string => `\`${name}\`: ${about.title}`

const listOf = (some: readonly string[], all: readonly string[]): string =>
  all.every(id => some.includes(id)) ? 'all' : some.join(', ')

/** cell says what becomes of a case in a format, where it comes from one of the others. */
function cell(about: CaseFile, sources: readonly string[], format: string): string {
  if (sources.every(source => source === format)) return '–'
  return lost(about, format) ?? (sources.includes(format) ? 'exact' : 'converted')
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
