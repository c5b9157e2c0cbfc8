import { CommanderError } from 'commander'
import { explain, Failed } from './fail.ts'
import { createProgram } from './program.ts'
import { processTerminal } from './terminal.ts'

const PROBLEMS = 1
const USAGE = 2

/** main runs one command and ends the process: 0 when it went well, 1 for problems, 2 for wrong usage. */
export async function main(argv: readonly string[]): Promise<void> {
  const terminal = processTerminal()
  let code = 0
  try {
    await createProgram(terminal).parseAsync(argv)
  } catch (thrown) {
    if (thrown instanceof CommanderError) code = thrown.exitCode === 0 ? 0 : USAGE
    else {
      if (!(thrown instanceof Failed)) terminal.err(explain(thrown))
      code = PROBLEMS
    }
  }
  exit(code)
}

/** exit ends the process once what was written is out. A plugin that left a handle open must not keep it alive. */
function exit(code: number): void {
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)))
}
