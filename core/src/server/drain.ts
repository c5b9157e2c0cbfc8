import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Logger } from 'pino'
import type { Pipeline } from '../pipeline/index.ts'

const LOOK_MS = 20
/** What clients have left to take the last bytes, at most, once everything is aborted. */
export const LAST_WRITES_MS = 1_000

/**
 * Connections knows the open connections and whether all bytes have left for them. A server that closes cuts connections
 * whose answer has ended, whether or not the client has got it: node counts an answer as done when `end` was called.
 */
export class Connections {
  #open = new Set<Socket>()

  constructor(server: Server, tls: boolean) {
    server.on(tls ? 'secureConnection' : 'connection', (socket: Socket) => {
      this.#open.add(socket)
      socket.once('close', () => this.#open.delete(socket))
    })
  }

  get flushed(): boolean {
    for (const socket of this.#open) if (socket.writableLength > 0) return false
    return true
  }
}

/** Draining is what is waited for: its exchanges. */
export type Draining = Pick<Pipeline, 'active' | 'abortAll'>

/** drain waits for what runs to end and to leave; what takes longer than `drainMs` is aborted, and told so. */
export async function drain(
  all: readonly Draining[],
  connections: Connections,
  drainMs: number,
  log: Logger
): Promise<void> {
  const done = () => activeIn(all) === 0 && connections.flushed
  if (await until(done, drainMs)) return
  log.warn({ active: activeIn(all) }, 'aborting what still runs')
  for (const each of all) each.abortAll()
  await until(done, Math.min(LAST_WRITES_MS, drainMs))
}

/** activeIn counts the exchanges under way. */
export const activeIn = (all: readonly Draining[]): number => all.reduce((sum, { active }) => sum + active, 0)

/** until resolves with true once the condition holds, and with false after `limitMs`. */
export function until(condition: () => boolean, limitMs: number, lookMs = LOOK_MS): Promise<boolean> {
  if (condition()) return Promise.resolve(true)
  return new Promise(resolve => {
    const startMs = performance.now()
    const look = setInterval(() => {
      const holds = condition()
      if (!holds && performance.now() - startMs < limitMs) return
      clearInterval(look)
      resolve(holds)
    }, lookMs)
  })
}
