import { variant } from '../variants.ts'
import { measureAll } from './against-proxies.ts'
import type { Figure } from './figure.ts'

const OURS = variant('isthmus', 'chat', 'chat')
const THEIRS = variant('peer', 'chat')

/** peer compares whole exchanges with another gateway in the same language. Measured with `--peer` only. */
export const peer: Figure = {
  id: 'peer',
  rounds: 5,
  variants: [OURS, THEIRS],
  rows: [
    {
      id: 'peer/whole',
      title: 'whole reply, chat-chat ÷ @portkey-ai/gateway',
      unit: 'ratio',
      goal: null,
      stretch: null
    }
  ],
  async round(lab, turn, round) {
    const of = await measureAll(lab, turn, round, [OURS, THEIRS], {
      shape: 'whole',
      size: '1k',
      connections: 32,
      until: { ms: 200 }
    })
    round.value('peer/whole', of(OURS).cpuUs / of(THEIRS).cpuUs)
  }
}
