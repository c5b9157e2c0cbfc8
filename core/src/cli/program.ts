import { Command } from 'commander'
import { coreVersion } from '../server/index.ts'
import { check } from './check.ts'
import { init } from './init.ts'
import { list } from './list.ts'
import { print } from './print.ts'
import { start } from './start.ts'
import type { Terminal } from './terminal.ts'

const EXAMPLES = `
Examples:
  isthmus init                       a first config in this folder
  isthmus check                      everything that is wrong with it, at once
  isthmus start --port 9000          run the gateway on another port
  isthmus start --watch              and reload its config whenever that changes
  OPENAI_API_KEY=… isthmus start     with a provider that waits for its key

Environment:
  ISTHMUS_CONFIG   the config file, unless --config names one
  HOST, PORT       where to listen, over the config's own values
  LOG_LEVEL        fatal, error, warn, info, debug, trace or silent
`

const RELOAD = `
SIGHUP reloads the config: what runs ends as it began, new requests get the new config, and a config that is not right
changes nothing. SIGTERM and SIGINT stop the gateway, the second one at once.
`

/** createProgram describes the command line. Its actions throw; whoever runs it tells the person. */
export function createProgram(terminal: Terminal): Command {
  const program = new Command('isthmus')
    .description('An LLM gateway: any client format, any model.')
    .version(coreVersion, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .configureOutput({
      writeOut: text => terminal.out(text.trimEnd()),
      writeErr: text => terminal.err(text.trimEnd())
    })
  const withConfig = (name: string, description: string): Command =>
    program.command(name).description(description).option('-c, --config <file>', 'the config file')

  withConfig('start', 'run the gateway')
    .option('--host <address>', 'listen on this address')
    .option('--port <number>', 'listen on this port; 0 lets the system choose')
    .option('-w, --watch', 'reload when the config changes, its .env file, or a file of its folder that it imports')
    .addHelpText('after', RELOAD)
    .action(flags => start(flags, terminal))
  program
    .command('init')
    .description('write a first config into this folder')
    .action(() => init(terminal))
  withConfig('check', 'tell everything that is wrong with the config')
    .option('--boot', 'also set all plugins up, and close them again')
    .action(flags => check(flags, terminal))
  withConfig('list', 'show the plugins: configured, waiting, and installed only').action(flags => list(flags, terminal))
  withConfig('print', 'show the config as it takes effect, without its secrets').action(flags => print(flags, terminal))
  return program
}
