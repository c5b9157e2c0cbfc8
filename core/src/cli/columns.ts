/** Column alignment: text begins at the left, numbers end at the right. */
export type Align = 'left' | 'right'

/** columns lays rows out with each column as wide as its widest cell. What a row has beyond `aligns` begins at the left. */
export function columns(
  rows: readonly (readonly string[])[],
  indent = '  ',
  aligns: readonly (Align | undefined)[] = []
): string {
  const widths: number[] = []
  for (const row of rows) {
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, cell.length)
    })
  }
  const pad = (cell: string, index: number): string => {
    const width = widths[index] ?? 0
    return aligns[index] === 'right' ? cell.padStart(width) : cell.padEnd(width)
  }
  return rows
    .map(row => indent + row.map(pad).join('  '))
    .map(line => line.trimEnd())
    .join('\n')
}

/** plain takes out of a text what would steer a terminal: names and descriptions come from upstreams. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\u2028\u2029]/gu, '\ufffd')
}

/** fitted cuts lines off where the terminal ends; a pipe has no end. */
export function fitted(text: string, width: number | undefined): string {
  if (width === undefined) return text
  return text
    .split('\n')
    .map(line => (line.length > width ? `${line.slice(0, Math.max(1, width - 1))}…` : line))
    .join('\n')
}
