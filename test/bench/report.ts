import type { Absolute, ResultRow } from './results.ts'

/** table sets text in columns; the first column is left-aligned, the others right. */
export function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const widths = head.map((_, n) => Math.max(...[head, ...lines].map(line => line[n]?.length ?? 0)))
  const set = (line: readonly string[]) =>
    line.map((cell, n) => (n === 0 ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0))).join('  ')
  return [set(head), widths.map(width => '-'.repeat(width)).join('  '), ...lines.map(set)].join('\n')
}

const number = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2))

const verdict = (row: ResultRow): string => {
  if (row.ok === null) return ''
  // The median is over, but a good part of the rounds is not: too close to call from one run.
  if (!row.ok) return row.limit !== null && row.lower <= row.limit ? 'over?' : 'OVER'
  return row.stretch !== null && row.figure <= row.stretch ? 'stretch' : 'ok'
}

/** ratioTable shows each row against its goal; crossings stand in the table of pairs. */
export const ratioTable = (rows: readonly ResultRow[]): string =>
  table(
    ['figure', 'unit', 'median', 'quartiles', 'rounds', 'goal', 'stretch', ''],
    rows
      .filter(({ crossing }) => !crossing)
      .map(row => [
        row.title,
        row.unit,
        number(row.figure),
        `${number(row.lower)}–${number(row.upper)}`,
        String(row.rounds),
        row.limit === null ? '–' : `≤ ${number(row.limit)}`,
        row.stretch === null ? '–' : `≤ ${number(row.stretch)}`,
        verdict(row)
      ])
  )

/** pairTable shows the figures of all pairs of formats, a line for each pair. What is over its goal is marked. */
export function pairTable(rows: readonly ResultRow[]): string {
  const columns = [...new Set(rows.flatMap(({ column }) => column ?? []))]
  const pairs = [...new Set(rows.flatMap(({ pair }) => pair ?? []))]
  const cell = (pair: string, column: string) => {
    const row = rows.find(row => row.pair === pair && row.column === column)
    if (!row) return ''
    const found = verdict(row)
    return `${found === 'OVER' ? '!' : found === 'over?' ? '?' : ''}${number(row.figure)}`
  }
  const goals = columns.map(column => rows.find(row => row.column === column)?.limit)
  return table(
    ['client-upstream', ...columns],
    [
      ...pairs.map(pair => [pair, ...columns.map(column => cell(pair, column))]),
      ['goal', ...goals.map(goal => (goal === null || goal === undefined ? '–' : `≤ ${number(goal)}`))]
    ]
  )
}

/** absoluteTable shows what each variant cost on this machine, and how much it read and wrote. */
export const absoluteTable = (absolutes: readonly Absolute[]): string =>
  table(
    ['figure, variant', 'CPU µs', 'per', 'bytes/reply', 'writes/reply', 'reads/reply', 'connects/reply'],
    absolutes
      .filter(({ crossing }) => !crossing)
      .map(row => [
        `${row.figure}, ${row.variant}`,
        number(row.cpuUs),
        row.per,
        number(row.bytesPerReply),
        number(row.writesPerReply),
        number(row.readsPerReply),
        number(row.connectionsPerReply)
      ])
  )

const UNEQUAL_WRITES = 0.1
const FEWER_READS = 0.75

/**
 * notComparable names the saturated variants that wrote less often than the proxy of their upstream: a slow server reads
 * several chunks at once, writes less often, and looks cheaper than it is. Node joins the writes of one tick, so the
 * client's reads are looked at as well.
 */
export function notComparable(absolutes: readonly Absolute[]): readonly string[] {
  const saturated = absolutes.filter(row => row.figure === 'saturated')
  return saturated.flatMap(row => {
    const wire = /\w+$/.exec(row.variant)?.[0]
    const proxy = saturated.find(other => other.variant === `plain ${wire}`)
    if (!proxy || row === proxy) return []
    const writes = row.writesPerReply / proxy.writesPerReply
    const reads = row.readsPerReply / proxy.readsPerReply
    if (Math.abs(writes - 1) <= UNEQUAL_WRITES && reads >= FEWER_READS) return []
    const counts = (one: Absolute) => `${number(one.writesPerReply)} writes, ${number(one.readsPerReply)} reads`
    return [`${row.variant} ${counts(row)} per stream, P ${counts(proxy)}`]
  })
}
