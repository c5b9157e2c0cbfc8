/** columns lays rows out with each column as wide as its widest cell. */
export function columns(rows: readonly (readonly string[])[], indent = '  '): string {
  const widths: number[] = []
  for (const row of rows) {
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, cell.length)
    })
  }
  return rows
    .map(row => indent + row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  '))
    .map(line => line.trimEnd())
    .join('\n')
}
