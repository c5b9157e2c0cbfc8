import t from 'tap'
import { DELTAS, replyBody, replyEvents, replyText } from './replies.ts'
import { notComparable } from './report.ts'
import type { Absolute } from './results.ts'
import { END_OF_STREAM, readText } from './verify.ts'
import { END_MARK } from './words.ts'

for (const wire of ['chat', 'messages'] as const) {
  t.test(`the text of a ${wire} reply is read whole, and a lost event is seen`, async t => {
    t.equal(readText(wire, false, replyBody(wire)), replyText('whole'))
    t.match(replyBody(wire), END_MARK)
    for (const shape of ['short', 'paced', 'saturated', 'burst'] as const) {
      const events = replyEvents(wire, shape)
      t.equal(readText(wire, true, events.join('')), replyText(shape))
      t.not(readText(wire, true, events.toSpliced(3, 1).join('')), replyText(shape))
      t.match(events.at(-1), END_OF_STREAM[wire])
      t.ok(events.length > DELTAS[shape])
    }
  })
}

t.test('a variant that writes less often than the proxy is named', async t => {
  const row = (variant: string, writesPerReply: number, readsPerReply: number): Absolute => ({
    figure: 'saturated',
    variant,
    cpuUs: 1,
    per: 'event',
    bytesPerReply: 1,
    writesPerReply,
    readsPerReply,
    connectionsPerReply: 0
  })
  const proxy = row('plain chat', 204, 40)
  t.same(notComparable([proxy, row('isthmus chat-chat', 200, 38)]), [])
  t.match(notComparable([proxy, row('isthmus chat-chat', 30, 38)]), [/isthmus chat-chat 30/])
  t.match(notComparable([proxy, row('isthmus messages-chat', 204, 10)]), [/isthmus messages-chat/])
})
