/** Terminal is what a command sees of the process: where it runs and where it writes. */
export interface Terminal {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** How many characters fit on a line; undefined for a pipe or a file, which take everything. */
  readonly width?: number | undefined
  /** out writes a line that is the command's result. */
  out(text: string): void
  /** err writes a line for the person who watches. */
  err(text: string): void
}

/** processTerminal is the terminal of this process. */
export function processTerminal(): Terminal {
  return {
    cwd: process.cwd(),
    env: process.env,
    width: process.stdout.isTTY === true ? process.stdout.columns : undefined,
    out: text => void process.stdout.write(`${text}\n`),
    err: text => void process.stderr.write(`${text}\n`)
  }
}
