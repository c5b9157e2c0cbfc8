import { fakeHost, resolveOptions } from '@isthmus/core/testing'
import plugin from '../../src/index.ts'

/*
 * A program that counts in a store: `writer.ts DIR KEY TIMES`. It writes `up`, waits for a line, and says each total once it
 * has it.
 */
const [dir = '', key = '', times = ''] = process.argv.slice(2)
const host = fakeHost({ dir })
const store = await plugin.setup(host, resolveOptions(plugin.options, {}))
console.log('up')
await new Promise<void>(resolve => process.stdin.once('data', () => resolve()))
for (let count = 0; count < Number(times); count++) {
  process.stdout.write(`${await store.add(key, 1)}\n`)
  // Lets the output go out, so that the reader knows of what was written.
  if (count % 10 === 9) await new Promise(resolve => setImmediate(resolve))
}
await host.close()
process.stdin.destroy()
