// Preloaded (`--import`) into every process of the bench. Servers under test know nothing of it, and all are read alike.
import { subscribe } from 'node:diagnostics_channel'
import type { Session } from 'node:inspector'
import type { Server } from 'node:net'
import { answer } from './answer.ts'

let profiling: Session | undefined

const ask = (session: Session, method: string) =>
  new Promise<unknown>((resolve, reject) =>
    session.post(method, (error: Error | null, value?: object) => (error ? reject(error) : resolve(value)))
  )

answer({
  /** Microseconds of the whole process, its collector and thread pool included. */
  cpu: () => {
    const { user, system } = process.cpuUsage()
    return user + system
  },
  /** Bytes that stay after a collection. Twice with a pause, since finalizers run between two collections. */
  memory: async () => {
    for (let turn = 0; turn < 3; turn++) {
      global.gc?.()
      await new Promise(resolve => setTimeout(resolve, 20))
    }
    const { heapUsed, external } = process.memoryUsage()
    return heapUsed + external
  },
  profile: async () => {
    const { Session } = await import('node:inspector')
    profiling = new Session()
    profiling.connect()
    await ask(profiling, 'Profiler.enable')
    await ask(profiling, 'Profiler.start')
  },
  profiled: async () => {
    if (!profiling) throw new Error('no profile was started')
    const value = (await ask(profiling, 'Profiler.stop')) as { readonly profile: unknown }
    profiling.disconnect()
    profiling = undefined
    return value.profile
  }
})

subscribe('tracing:net.server.listen:asyncEnd', message => {
  const address = (message as { readonly server: Server }).server.address()
  if (typeof address === 'object' && address !== null) process.send?.({ listening: address.port })
})
