import { type EventBatch, fold } from '@isthmus/core'
import { chunkings, decodeAll } from '@isthmus/core/testing'
import { LineReader, parseObject, type ReplyReader, responseDecoder, statusError } from '@isthmus/core/wire'
import t from 'tap'

function read(chunks: readonly Uint8Array[]): string[] {
  const seen: string[] = []
  const reader = new LineReader({ event: data => void seen.push(data), comment: () => void seen.push('<blank>') })
  for (const chunk of chunks) reader.push(chunk)
  t.equal(reader.end(), '')
  return seen
}

t.test('lines are read however they are cut, with either line end and without a last one', async t => {
  const expected = ['{"a":"é"}', '<blank>', '{"b":"👩"}', '{"c":1}']
  for (const { name, chunks } of chunkings('{"a":"é"}\r\n\n{"b":"👩"}\n {"c":1} '))
    t.strictSame(read(chunks), expected, name)
})

t.test('nothing and blank ends are no events', async t => {
  t.strictSame(read([]), [])
  t.strictSame(read([Buffer.from('  ')]), [])
})

t.test('a reply of JSON lines is read by its content type, and blank lines are heartbeats', async t => {
  const reader: ReplyReader = {
    whole: () => t.fail('the lines are no whole reply'),
    event(data, name, out) {
      t.equal(name, undefined)
      const line = parseObject(data)
      out.start('', 'm')
      if (typeof line?.text === 'string') out.whole(0, { type: 'text', text: line.text })
      if (line?.done) out.finish(0, { reason: 'stop', native: '' })
    },
    end: out => out.isFinished(0) && out.end()
  }
  const decode = (type: string, text: string): EventBatch =>
    decodeAll(responseDecoder({ status: 200, headers: { 'content-type': type } }, 'p', reader), [Buffer.from(text)])
  for (const type of ['application/x-ndjson', 'application/jsonl; charset=utf-8', 'Application/NDJSON']) {
    const events = decode(type, '{"text":"a"}\n\n{"text":"b"}\n{"done":true}')
    t.equal(events.filter(event => event.type === 'heartbeat').length, 1, type)
    t.match(fold(events).choices[0]?.parts, [{ text: 'a' }, { text: 'b' }])
  }
  t.throws(() => fold(decode('application/x-ndjson', '{"text":"a"}\n')), { code: 'ISTHMUS_UPSTREAM_CLOSED' })
})

t.test('a refusal is read from its status and its headers', async t => {
  const of = (status: number, headers = {}) => statusError({ status, headers })
  const kinds = [400, 401, 402, 403, 404, 408, 409, 413, 418, 422, 429, 500, 502, 503, 504, 529, 302].map(status => [
    status,
    of(status).kind
  ])
  t.strictSame(kinds, [
    [400, 'upstream_rejected'],
    [401, 'upstream_denied'],
    [402, 'upstream_denied'],
    [403, 'upstream_denied'],
    [404, 'not_found'],
    [408, 'timeout'],
    [409, 'upstream_rejected'],
    [413, 'too_large'],
    [418, 'upstream_rejected'],
    [422, 'upstream_rejected'],
    [429, 'upstream_limited'],
    [500, 'upstream_unavailable'],
    [502, 'upstream_unavailable'],
    [503, 'upstream_overloaded'],
    [504, 'timeout'],
    [529, 'upstream_overloaded'],
    [302, 'upstream_unavailable']
  ])
  t.equal(of(429, { 'retry-after': '1.5' }).retryAfterMs, 1500)
  t.equal(of(429, { 'retry-after': '9', 'retry-after-ms': '250' }).retryAfterMs, 250)
  for (const value of ['', 'soon', '-1', 'Wed, 21 Oct 2026 07:28:00 GMT']) {
    t.equal(of(429, { 'retry-after': value }).retryAfterMs, undefined, value)
  }
  t.equal(of(500).message, 'The upstream answered with status 500')
  t.equal(statusError({ status: 500, headers: {} }, 'worse').message, 'worse')
  t.equal(statusError({ status: 500, headers: {} }, '').message, 'The upstream answered with status 500')
})
