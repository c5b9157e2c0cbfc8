import { never } from './clock.ts'
import { socketError } from './errors.ts'
import type { Midway } from './fault.ts'
import { bytes } from './reply.ts'

/** Not UTF-8, not JSON, and a frame that never ends. */
const GARBAGE = Buffer.concat([
  Buffer.from('data: {"simulated":'),
  Buffer.from([0xff, 0xfe, 0x00]),
  Buffer.from('}\n\ndata: <')
])

/** breakOff is the rest of a body that breaks off: `partial` is what was written of it, `failed` also tells the failure. */
export async function* breakOff(
  how: Midway,
  partial: string,
  failed: string,
  signal: AbortSignal
): AsyncGenerator<Uint8Array> {
  const text = how === 'error' ? failed : partial
  if (text !== '') yield bytes(text)
  if (how === 'garbage') yield GARBAGE
  if (how === 'stall') await never(signal)
  if (how === 'reset') throw socketError('ECONNRESET')
}
