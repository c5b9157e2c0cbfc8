import { closeSync, openSync } from 'node:fs'
import type { Logger } from 'pino'
import { createGateway, createLogger, type Gateway } from '../server/index.ts'
import { banner } from './banner.ts'
import { withCode } from './fail.ts'
import { type ConfigFlags, prepare } from './prepare.ts'
import type { Terminal } from './terminal.ts'
import { Watch } from './watch.ts'

const SIGNALS = { SIGTERM: 15, SIGINT: 2, SIGHUP: 1 } as const
type Stop = keyof typeof SIGNALS

export interface StartFlags extends ConfigFlags {
  readonly watch?: true
}

/** start runs the gateway until a signal stops it, and reads the config again when one asks for it or a file changes. */
export async function start(flags: StartFlags, terminal: Terminal): Promise<void> {
  const files = new Set<string>()
  const hangUps = new HangUps()
  const first = await prepare(flags, terminal, flags.watch && files)
  const logging = await createLogger(first.prepared.config.log)
  const { log } = logging
  const watch = new Watch(log)
  watch.follow(files)
  try {
    const gateway = await createGateway({
      ...first,
      log,
      load: () => prepare(flags, terminal, files),
      onReload(outcome) {
        if (flags.watch) watch.follow(files)
        if (!outcome.ok) terminal.err(withCode({ message: outcome.report, code: outcome.code }))
      }
    })
    const address = await listening(gateway)
    dieOfBugs(log)
    // On stderr, so that what reads the log lines from stdout gets nothing else.
    terminal.err(banner(gateway, address))
    const stopped = untilStopped(gateway, log, hangUps)
    watch.begin(names => {
      log.info({ files: names }, 'files changed')
      void gateway.reload?.()
    })
    await stopped
  } finally {
    watch.close()
    logging.close()
  }
}

async function listening(gateway: Gateway): Promise<string> {
  try {
    return await gateway.listen()
  } catch (thrown) {
    await gateway.close()
    throw thrown
  }
}

/** untilStopped drains at the first signal and leaves at once at the second. SIGHUP reloads. */
function untilStopped(gateway: Gateway, log: Logger, hangUps: HangUps): Promise<void> {
  return new Promise((resolve, reject) => {
    let stopping = false
    const onSignal = (signal: Stop): void => {
      if (stopping) {
        log.warn({ signal }, 'stopping at once')
        process.exit(128 + SIGNALS[signal])
      }
      stopping = true
      log.info({ signal, active: gateway.active }, 'draining')
      gateway.close().then(resolve, reject)
    }
    process.on('SIGTERM', onSignal)
    process.on('SIGINT', onSignal)
    hangUps.handOver(() => {
      if (isHungUp()) onSignal('SIGHUP')
      else void gateway.reload?.()
    })
  })
}

/** HangUps are listened for from the beginning: a SIGHUP must not end a process that is only about to start. */
class HangUps {
  #came = false
  #act = (): void => {
    this.#came = true
  }

  constructor() {
    // On Windows the signal says that the window was closed, and the system ends the process.
    if (process.platform !== 'win32') process.on('SIGHUP', () => this.#act())
  }

  /** handOver calls a function for each from here on, and now if any came before. */
  handOver(act: () => void): void {
    this.#act = act
    if (this.#came) act()
  }
}

/** isHungUp tells that the terminal was closed, of which the system tells by the signal that operators use to reload. */
function isHungUp(): boolean {
  if (process.stderr.isTTY !== true) return false
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return false
  } catch {
    // There is no terminal any more.
    return true
  }
}

/** dieOfBugs: what nobody caught leaves the process in an unknown state; it says so and ends, and its supervisor starts another. */
function dieOfBugs(log: Logger): void {
  const die = (err: unknown): void => {
    log.fatal({ err }, 'unexpected error')
    process.exit(1)
  }
  process.on('uncaughtException', die)
  process.on('unhandledRejection', die)
}
