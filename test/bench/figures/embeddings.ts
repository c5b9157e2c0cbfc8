import type { Load } from '../lab.ts'
import { variant } from '../variants.ts'
import { INPUTS } from '../wires/embeddings.ts'
import { measureAll } from './against-proxies.ts'
import type { Figure } from './figure.ts'

const OURS = variant('isthmus', 'embeddings')
const PROXY = variant('json', 'embeddings')
const LOAD: Load = { shape: 'whole', size: '1k', connections: 4, until: { count: 6 } }

/** vectors is the CPU of an exchange with a very large reply, against a proxy that reads and writes its JSON as well. */
export const vectors: Figure = {
  id: 'embeddings',
  rounds: 2,
  variants: [PROXY, OURS],
  rows: [
    {
      id: 'embeddings/j',
      title: `${INPUTS} vectors in base64, embeddings ÷ J`,
      unit: 'ratio',
      goal: 1.3,
      stretch: 1.1
    }
  ],
  async round(lab, turn, round) {
    const of = await measureAll(lab, turn, round, [PROXY, OURS], LOAD)
    round.value('embeddings/j', of(OURS).cpuUs / of(PROXY).cpuUs)
  }
}
