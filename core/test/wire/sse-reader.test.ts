import { SseReader } from '@isthmus/core/wire'
import fc from 'fast-check'
import t from 'tap'

const encoder = new TextEncoder()

/** read gives all that a stream holds, as a list of what was seen in order. */
function read(chunks: readonly Uint8Array[]): readonly string[] {
  const seen: string[] = []
  const sse = new SseReader({
    event: (data, name) => seen.push(`${name ?? ''}|${data}`),
    comment: () => seen.push(':')
  })
  for (const chunk of chunks) sse.push(chunk)
  const stray = sse.end()
  return stray === '' ? seen : [...seen, `stray ${stray}`]
}

/** cut splits bytes at the given places. */
function cut(bytes: Uint8Array, places: readonly number[]): readonly Uint8Array[] {
  const sorted = [0, ...[...places].sort((a, b) => a - b), bytes.length]
  return sorted.slice(1).map((end, at) => bytes.subarray(sorted[at], end))
}

const STREAM = [
  ': first\n\n',
  'event: a\ndata: {"text":"grüße 🌍"}\n\n',
  'data: one\ndata: two\n\n',
  'id: 7\nretry: 10\ndata:no space\n\n',
  'event: empty\n\n',
  'data\n\n',
  '{"error":{"message":"bare"}}\n',
  'data: [DONE]\n\n'
].join('')
const SEEN = [
  ':',
  'a|{"text":"grüße 🌍"}',
  '|one\ntwo',
  '|no space',
  '|',
  '|[DONE]',
  'stray {"error":{"message":"bare"}}\n'
]

t.test('events come whole, with LF, CRLF and CR, with and without a byte order mark', async t => {
  for (const end of ['\n', '\r\n', '\r']) {
    for (const mark of ['', '\ufeff']) {
      const bytes = encoder.encode(mark + STREAM.replaceAll('\n', end))
      t.same(read([bytes]), SEEN, JSON.stringify(end))
    }
  }
})

t.test('the borders of chunks make no difference: byte by byte, one cut at every place, and any cuts', async t => {
  for (const end of ['\n', '\r\n', '\r']) {
    const bytes = encoder.encode(`\ufeff${STREAM.replaceAll('\n', end)}`)
    t.same(read(cut(bytes, [...bytes.keys()])), SEEN, `byte by byte, ${JSON.stringify(end)}`)
    for (let at = 0; at <= bytes.length; at++) {
      if (JSON.stringify(read(cut(bytes, [at]))) !== JSON.stringify(SEEN))
        t.fail(`cut at ${at}, ${JSON.stringify(end)}`)
    }
  }
  const line = fc.constantFrom(
    'data: x',
    'data:ü',
    'event: n',
    ': c',
    '',
    '',
    '{"a":1}',
    'data',
    'id',
    'dat',
    'retry: y'
  )
  const stream = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r')), { maxLength: 12 })
  fc.assert(
    fc.property(stream, fc.array(fc.nat(80), { maxLength: 8 }), (lines, places) => {
      const bytes = encoder.encode(lines.flat().join(''))
      const whole = read([bytes])
      const pieces = read(
        cut(
          bytes,
          places.filter(place => place <= bytes.length)
        )
      )
      return JSON.stringify(whole) === JSON.stringify(pieces)
    }),
    { numRuns: 500 }
  )
})

t.test('a last event without its blank line, or without any line end, is read', async t => {
  for (const end of ['', '\n', '\r', '\r\n', '\r\r']) {
    t.same(read([encoder.encode(`data: a\n\ndata: last${end}`)]), ['|a', '|last'], JSON.stringify(end))
  }
})

t.test('bare JSON is kept wherever it stands and however it is cut', async t => {
  const pretty = '{\n  "error": {\n    "data": 1\n  }\n}'
  for (const text of [pretty, `data: a\n\n${pretty}`, `${pretty}\n\n`]) {
    const bytes = encoder.encode(text)
    for (const chunks of [[bytes], cut(bytes, [...bytes.keys()])]) {
      const stray = read(chunks).at(-1)?.slice('stray '.length) ?? ''
      t.same(JSON.parse(stray), JSON.parse(pretty))
    }
  }
})

t.test('a huge event in many small chunks is one event, and the work grows with its size only', async t => {
  const payload = 'x'.repeat(2_000_000)
  const bytes = encoder.encode(`data: ${payload}\n\n`)
  const chunks: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += 50) chunks.push(bytes.subarray(at, at + 50))
  t.ok(read(chunks)[0] === `|${payload}`)
})

t.test('an event without end is refused rather than kept', async t => {
  const chunk = encoder.encode('x'.repeat(8 * 1024 * 1024))
  const line = new SseReader({ event: () => t.fail('no event') })
  line.push(encoder.encode('data: '))
  t.throws(() => {
    for (let i = 0; i < 9; i++) line.push(chunk)
  })
  const lines = new SseReader({ event: () => t.fail('no event') })
  const whole = encoder.encode(`data: ${'x'.repeat(8 * 1024 * 1024)}\n`)
  t.throws(() => {
    for (let i = 0; i < 9; i++) lines.push(whole)
  })
})

t.test('bytes that are no UTF-8 become replacement characters, not errors', async t => {
  t.same(read([Uint8Array.of(100, 97, 116, 97, 58, 0xff, 10, 10)]), ['|\ufffd'])
  t.same(read([Uint8Array.of(100, 97, 116, 97, 58, 0xe2, 0x82)]), ['|\ufffd'], 'a character that was cut off')
})
