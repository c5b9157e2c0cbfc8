import t from 'tap'
import { conversation, DELTAS, replyText } from './content.ts'
import { notComparable, pairTable } from './report.ts'
import type { Absolute, ResultRow } from './results.ts'
import { readText } from './verify.ts'
import { FORMATS, WIRES } from './wires/index.ts'

for (const wire of WIRES) {
  const { body, whole, events, endOfWhole, endOfStream } = FORMATS[wire]

  t.test(`the text of a ${wire} reply is read whole, and a lost event is seen`, async t => {
    const reply = JSON.stringify(whole('whole'))
    t.equal(readText(wire, false, reply), replyText('whole'))
    t.match(reply, endOfWhole)
    for (const shape of ['short', 'paced', 'saturated', 'burst'] as const) {
      const all = events(shape)
      const lost = all.findIndex(event => readText(wire, true, event) !== '')
      t.equal(readText(wire, true, all.join('')), replyText(shape))
      t.not(readText(wire, true, all.toSpliced(lost, 1).join('')), replyText(shape))
      t.match(all.at(-1), endOfStream)
      t.ok(all.length > DELTAS[shape])
    }
  })

  t.test(`a ${wire} client says the whole conversation`, async t => {
    const { system, turns, last, tools } = conversation('200k')
    const text = JSON.stringify(body({ model: 'bench-whole', size: '200k', stream: false }))
    t.equal(turns.length, 100)
    t.ok(text.length > 190_000 && text.length < 260_000, `${text.length} bytes`)
    const said = [system, last, ...turns.flatMap(one => [one.question, one.result, one.answer, one.args.find])]
    const missing = said.filter(one => !text.includes(JSON.stringify(one).slice(1, -1)))
    t.strictSame(missing, [])
    t.strictSame(
      tools.filter(({ name, description }) => !text.includes(`"${name}"`) || !text.includes(description)),
      []
    )
  })
}

t.test('a list of vectors is read whole', async t => {
  const { whole, endOfWhole } = FORMATS.embeddings
  const reply = JSON.stringify(whole('whole'))
  t.ok(reply.slice(-100).includes(endOfWhole))
  t.equal(readText('embeddings', false, reply).length, 2048 * 8192)
})

t.test('a variant that writes less often than the proxy is named', async t => {
  const row = (variant: string, writesPerReply: number, readsPerReply: number): Absolute => ({
    figure: 'saturated',
    variant,
    crossing: false,
    cpuUs: 1,
    per: 'event',
    bytesPerReply: 1,
    writesPerReply,
    readsPerReply,
    connectionsPerReply: 0
  })
  const proxies = [row('plain chat', 204, 40), row('plain gemini', 201, 30)]
  t.same(notComparable([...proxies, row('isthmus chat-chat', 200, 38), row('isthmus chat-gemini', 200, 29)]), [])
  t.match(notComparable([...proxies, row('isthmus chat-chat', 30, 38)]), [/isthmus chat-chat 30/])
  t.match(notComparable([...proxies, row('isthmus messages-gemini', 204, 10)]), [/isthmus messages-gemini/])
})

t.test('the table of pairs has a line for each pair, and marks what is over its goal', async t => {
  const row = (pair: string, column: string, figure: number, lower: number): ResultRow => ({
    id: `${column}/${pair}`,
    title: pair,
    unit: 'ratio',
    figure,
    limit: 2,
    stretch: null,
    ok: figure <= 2,
    lower,
    upper: figure,
    rounds: 1,
    launches: 1,
    pair,
    column,
    crossing: true
  })
  const rows = [row('a-b', 'x', 1.5, 1), row('a-b', 'y', 2.5, 2.2), row('b-a', 'x', 2.5, 1.5)]
  const lines = pairTable(rows)
    .split('\n')
    .map(line => line.trim().split(/ {2,}/))
  t.strictSame(lines[0], ['client-upstream', 'x', 'y'])
  t.strictSame(lines.slice(2), [
    ['a-b', '1.50', '!2.50'],
    ['b-a', '?2.50'],
    ['goal', '≤ 2.00', '≤ 2.00']
  ])
})
