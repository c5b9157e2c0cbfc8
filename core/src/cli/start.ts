import type { Logger } from 'pino'
import { createGateway, createLogger, type Gateway } from '../server/index.ts'
import { banner } from './banner.ts'
import { type ConfigFlags, prepare } from './prepare.ts'
import type { Terminal } from './terminal.ts'

const SIGNALS = { SIGTERM: 15, SIGINT: 2 } as const
type Stop = keyof typeof SIGNALS

/** start runs the gateway until a signal stops it. */
export async function start(flags: ConfigFlags, terminal: Terminal): Promise<void> {
  const { loaded, prepared } = await prepare(flags, terminal)
  const logging = await createLogger(prepared.config.log)
  try {
    const gateway = await createGateway({ loaded, prepared, log: logging.log })
    const address = await listening(gateway)
    dieOfBugs(logging.log)
    // On stderr, so that what reads the log lines from stdout gets nothing else.
    terminal.err(banner(gateway, address))
    await untilStopped(gateway, logging.log)
  } finally {
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

/** untilStopped drains at the first signal and leaves at once at the second. */
function untilStopped(gateway: Gateway, log: Logger): Promise<void> {
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
    for (const signal of Object.keys(SIGNALS) as Stop[]) process.on(signal, onSignal)
  })
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
