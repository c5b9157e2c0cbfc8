// What JSON itself costs for a large request: the yardstick for the budget of large bodies.
import { answer } from './answer.ts'
import type { Size } from './content.ts'
import { FORMATS, type Wire } from './wires/index.ts'

/** JsonJob asks for the cost of the body of one request. */
export interface JsonJob {
  readonly wire: Wire
  readonly size: Size
  readonly ms: number
}

const turn = () => new Promise(resolve => setImmediate(resolve))

answer({
  /** Microseconds of CPU for UTF-8 decode, parse, stringify and UTF-8 encode of one body, collections included. */
  run: async args => {
    const { wire, size, ms } = args as JsonJob
    const body = Buffer.from(JSON.stringify(FORMATS[wire].body({ model: 'bench-whole', size, stream: false })))
    const endsAtMs = performance.now() + ms
    const { user, system } = process.cpuUsage()
    let count = 0
    let bytes = 0
    while (performance.now() < endsAtMs) {
      bytes += Buffer.from(JSON.stringify(JSON.parse(body.toString()))).length
      count++
      // Yielding, as a server does between two exchanges.
      await turn()
    }
    const used = process.cpuUsage()
    if (bytes !== count * body.length) throw new Error('the body came out of JSON different')
    return (used.user + used.system - user - system) / count
  }
})
