import { type EventBatch, fold, isGatewayError } from '@isthmus/core'
import { chunkings, decodeAll } from '@isthmus/core/testing'
import { JsonArrayReader, parseObject, type ReplyReader, responseDecoder } from '@isthmus/core/wire'
import t from 'tap'

function read(chunks: readonly Uint8Array[]): string[] {
  const seen: string[] = []
  const reader = new JsonArrayReader({ event: data => void seen.push(data) })
  for (const chunk of chunks) reader.push(chunk)
  t.equal(reader.end(), '')
  return seen
}

t.test('elements are read however the array is cut', async t => {
  const elements = ['{"a":"é]}"}', '{"b":["\\"}",{"c":1}]}', '[1,2]', '"x,\\\\"', '12', 'null', '{}']
  for (const text of [
    `[${elements.join(',')}]`,
    `\ufeff \r\n[${elements.join('\n,\r\n')}\n]\n`,
    `[ ${elements.join(' , ')} ] {"after":1}`
  ]) {
    for (const { name, chunks } of chunkings(text)) t.strictSame(read(chunks), elements, name)
  }
})

t.test('what was cut off, and what is no array, is no element', async t => {
  t.strictSame(read([]), [])
  t.strictSame(read([Buffer.from('[')]), [])
  t.strictSame(read([Buffer.from('[{"a":1},{"b":')]), ['{"a":1}'])
  t.strictSame(read([Buffer.from('{"a":1}')]), [])
})

t.test('an element that is too long is refused', async t => {
  const reader = new JsonArrayReader({ event: () => t.fail('it has no end') })
  const piece = Buffer.alloc(16 * 1024 * 1024, 0x61)
  reader.push(Buffer.from('["'))
  t.throws(() => {
    for (let count = 0; count < 5; count++) reader.push(piece)
  }, RangeError)
})

t.test('a reply that is an array is a stream for the formats that have such streams', async t => {
  const reader: ReplyReader = {
    whole: () => t.fail('the array is no whole reply'),
    event(data, _name, out) {
      const chunk = parseObject(data)
      if (typeof chunk?.text === 'string') out.whole(0, { type: 'text', text: chunk.text })
      if (chunk?.done) out.finish(0, { reason: 'stop', native: '' })
    },
    end: out => out.isFinished(0) && out.end(),
    arrays: true
  }
  const head = { status: 200, headers: { 'content-type': 'application/json' } }
  const decode = (text: string): EventBatch => {
    const [whole, ...others] = chunkings(text).map(({ chunks }) =>
      decodeAll(responseDecoder(head, 'p', reader), chunks)
    )
    for (const other of others)
      t.strictSame(
        other.map(event => event.type),
        whole!.map(event => event.type)
      )
    return whole!
  }
  const text = (events: EventBatch): string =>
    fold(events)
      .choices[0]!.parts.map(part => (part.type === 'text' ? part.text : ''))
      .join('')
  t.equal(text(decode('[{"text":"a"},\r\n{"text":"b"},\r\n{"done":true}]')), 'ab')
  t.equal(text(decode('[{"done":1}]')), '', 'also a short one')
  for (const broken of ['[]', '[{"text":"a"},', '[{"text":"a"}]']) {
    const error = decode(broken).find(event => event.type === 'error')
    t.ok(error?.type === 'error' && isGatewayError(error.error), broken)
  }
  const { arrays: _, ...plain } = reader
  const refused = decodeAll(responseDecoder(head, 'p', plain), [Buffer.from('[{"done":1}]')])
  t.ok(
    refused.some(event => event.type === 'error'),
    'other formats take no array'
  )
  const rewritten = decodeAll(
    responseDecoder(head, 'p', reader, body => ({ text: String(body.word), ...body })),
    [Buffer.from('[{"word":"x"},{"word":"y","done":true}]')]
  )
  t.equal(text(rewritten), 'xy', 'each element is rewritten')
})
