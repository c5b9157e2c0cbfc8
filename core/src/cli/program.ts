import { Command, InvalidArgumentError } from 'commander'
import { coreVersion } from '../server/index.ts'
import { check } from './check.ts'
import { explainName } from './explain-name.ts'
import { init } from './init.ts'
import { list } from './list.ts'
import { models } from './models.ts'
import { print } from './print.ts'
import { refreshModels } from './refresh-models.ts'
import { showModel } from './show-model.ts'
import { start } from './start.ts'
import type { Terminal } from './terminal.ts'

const EXAMPLES = `
Examples:
  isthmus init                       a first config in this folder
  isthmus check                      everything that is wrong with it, at once
  isthmus start --port 9000          run the gateway on another port
  isthmus start --watch              and reload its config whenever that changes
  isthmus models claude image        models to ask for, by parts of their names and features
  isthmus explain gpt-4o             what that name leads to, and why
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
  describeModels(withConfig('models', 'list the models that can be asked for, or those that fit all words'), terminal)
  describeExplain(withConfig('explain', 'tell how the name of a model is understood'), terminal)
  withConfig('print', 'show the config as it takes effect, without its secrets').action(flags => print(flags, terminal))
  return program
}

/** describeModels has the commands about models. A flag may stand before or after the name of the command within. */
function describeModels(command: Command, terminal: Terminal): void {
  command
    .argument('[words...]', 'parts of names, vendors, modalities and features')
    .option('--channel <id>', 'only of this provider')
    .option('--all', 'more than a page')
    .option('--json', 'as data')
    .action((words, flags) => models(words, flags, terminal))
  command
    .command('show')
    .description('show every fact of a model, and where each is from')
    .argument('<name>', 'a name, as a client writes it')
    .option('-c, --config <file>', 'the config file')
    .option('--json', 'as data')
    .action((name, _flags, own: Command) => showModel(name, own.optsWithGlobals(), terminal))
  command
    .command('refresh')
    .description('ask the upstreams for their lists now')
    .option('-c, --config <file>', 'the config file')
    .option('--channel <id>', 'only this provider')
    .option('--json', 'as data')
    .action((_flags, own: Command) => refreshModels(own.optsWithGlobals(), terminal))
}

function describeExplain(command: Command, terminal: Terminal): void {
  command
    .argument('<name>', "a name, as a client writes it; '' as where none is given")
    .option('--tokens <number>', 'as if the input had so many', wholeNumber)
    .option('--group <name>', 'as if the caller were of this group')
    .option('--user <name>', 'as if this user asked')
    .option('--session <name>', 'as if it were asked in this session')
    .option('--json', 'as data')
    .action((name, flags) => explainName(name, flags, terminal))
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Expected a whole number.')
  return Number(text)
}
