import { type GatewayError, ISTHMUS_CONFIG_INVALID } from '../errors/index.ts'

/** ConfigProblem is one thing that is wrong with the config, or worth a warning, in words for the person who wrote it. */
export interface ConfigProblem {
  /** The plugin entry it belongs to, e.g. `plugins[2]  @isthmus/provider-openai as "openai"`; absent for the config's own members. */
  readonly entry?: string
  /** Where, inside the entry or the config, e.g. `options.apiKey`. */
  readonly path: string
  /** What is wrong, e.g. `expected an integer, got "30s"`. It holds no secret. */
  readonly message: string
  /** What may help: a name that was meant, where the value comes from. */
  readonly hints: readonly string[]
}

const WIDEST = 44

/**
 * reportProblems lays problems out for a terminal: entries and paths on the left, what is wrong and hints on the right.
 * `word` names what they are, in the singular.
 */
export function reportProblems(file: string, problems: readonly ConfigProblem[], word = 'problem'): string {
  const lines = [`${file}: ${problems.length} ${problems.length === 1 ? word : `${word}s`}`]
  const lefts = problems.map(left)
  const column = Math.min(WIDEST, Math.max(...lefts.map(text => text.length))) + 3
  let entry: string | undefined
  problems.forEach((problem, index) => {
    if (index === 0 || problem.entry !== entry) {
      entry = problem.entry
      lines.push('')
      if (entry !== undefined) lines.push(`  ${entry}`)
    }
    const start = lefts[index]!
    lines.push(`${start.length + 3 > column ? `${start}   ` : start.padEnd(column)}${problem.message}`)
    for (const hint of problem.hints) lines.push(`${' '.repeat(column)}${hint}`)
  })
  return lines.join('\n')
}

function left({ entry, path }: ConfigProblem): string {
  return `${' '.repeat(entry === undefined ? 2 : 4)}${path}`
}

/** configInvalid makes the error whose message is the whole report. */
export function configInvalid(file: string, problems: readonly ConfigProblem[]): GatewayError {
  const report = `${reportProblems(file, problems)}\n\n${ISTHMUS_CONFIG_INVALID.code}`
  return ISTHMUS_CONFIG_INVALID.with({ details: { problems: problems.length } }, report)
}
