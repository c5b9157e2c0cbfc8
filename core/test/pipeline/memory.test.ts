import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import { slot } from '../../src/contract/index.ts'
import { harness } from './support/harness.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as (options?: { readonly type: 'minor' }) => void

const PROBE_BYTES = 64 * 1024
const ROUNDS = 20
const AT_ONCE = 8

const probe = slot<ArrayBuffer>('probe')

/*
 * What finished exchanges held must not stay until the next full collection. It does when one of their objects is born
 * among the old ones (a function assigned to a property) or when old objects are linked from exchange to exchange (the
 * tables of a Set). Copying what had survived so was a third of the CPU of a whole exchange.
 */
t.test('a collection of young objects alone frees what finished exchanges held', async t => {
  const h = await harness(t, {
    upstreams: [{ steps: [JSON.stringify({ say: 'x', done: true })] }],
    middleware: {
      mark: {
        request(x) {
          x.set(probe, new ArrayBuffer(PROBE_BYTES))
        }
      }
    }
  })
  collect()
  const before = process.memoryUsage().arrayBuffers
  for (let round = 0; round < ROUNDS; round++) {
    const texts = Array.from({ length: AT_ONCE }, async () => (await h.ask({ model: 'up0/m', text: 'x' })).text())
    await Promise.all(texts)
    await h.settled((round + 1) * AT_ONCE)
    // The harness remembers exchanges; a gateway does not.
    h.exchanges.length = 0
    h.responses.length = 0
    collect({ type: 'minor' })
  }
  collect({ type: 'minor' })
  const kept = (process.memoryUsage().arrayBuffers - before) / PROBE_BYTES
  t.comment(`${Math.round(kept)} of ${ROUNDS * AT_ONCE} exchanges are still held`)
  t.ok(kept < (ROUNDS * AT_ONCE) / 2, 'most of them are free')
})
