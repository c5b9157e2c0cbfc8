import type { Size } from '../content.ts'
import { IDENTITIES, pairName, type Variant, variant } from '../variants.ts'
import { FORMATS } from '../wires/index.ts'
import type { Figure, RowSpec } from './figure.ts'

const STREAMS = 400
const STREAMS_LARGE = 100
const PROXY = variant('tuned', 'chat')
const rowId = (one: Variant, size: Size) => (one === PROXY ? `memory/${size}/t` : `memory/${size}/${pairName(one)}`)

function row(one: Variant, size: Size): RowSpec {
  const bodyKb = JSON.stringify(FORMATS[one.client].body({ model: 'bench-idle', size, stream: true })).length / 1024
  const judged = one !== PROXY
  return {
    id: rowId(one, size),
    title: `idle open stream, ${size.toUpperCase()}B request, ${judged ? pairName(one) : 'T'}`,
    unit: 'KB',
    goal: judged ? (size === '1k' ? 32 : 32 + 1.1 * bodyKb) : null,
    stretch: judged && size === '1k' ? 24 : null
  }
}

/** idleMemory is the heap and external memory that one open stream holds after a collection. */
export const idleMemory: Figure = {
  id: 'memory',
  rounds: 1,
  last: true,
  variants: [PROXY, ...IDENTITIES],
  rows: (['1k', '56k'] as const).flatMap(size => [PROXY, ...IDENTITIES].map(one => row(one, size))),
  async round(lab, _turn, round) {
    for (const one of [PROXY, ...IDENTITIES]) {
      round.value(rowId(one, '1k'), (await lab.idleBytes(one, '1k', STREAMS)) / 1024)
      round.value(rowId(one, '56k'), (await lab.idleBytes(one, '56k', STREAMS_LARGE)) / 1024)
    }
  }
}
