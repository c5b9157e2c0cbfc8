import { createGateway, createLogger, type Gateway } from '../server/index.ts'
import { type ConfigFlags, prepare } from './prepare.ts'
import type { Terminal } from './terminal.ts'

/**
 * withGateway sets everything up without listening, for as long as `act` takes. It logs nothing: the command's own output
 * says what a person has to know.
 */
export async function withGateway(
  flags: ConfigFlags,
  terminal: Terminal,
  act: (gateway: Gateway) => void | Promise<void>
): Promise<void> {
  const { loaded, prepared } = await prepare(flags, terminal)
  const { log, close } = await createLogger({ ...prepared.config.log, level: 'silent' })
  try {
    const gateway = await createGateway({ loaded, prepared, log })
    try {
      await act(gateway)
    } finally {
      await gateway.close()
    }
  } finally {
    close()
  }
}
