import { type EventBatch, fold, ISTHMUS_UPSTREAM_ERRORS, isGatewayError } from '@isthmus/core'
import { assertGrammar } from '@isthmus/core/testing'
import { parseObject, type ReplyReader, responseDecoder } from '@isthmus/core/wire'
import fc from 'fast-check'
import t from 'tap'

/** A format as small as can be: `{say}` and `{stop}`, whole `{all}`, and `{error}` in both. */
const reader: ReplyReader = {
  whole(body, out) {
    if ('error' in body) throw ISTHMUS_UPSTREAM_ERRORS.upstream_rejected(String(body.error))
    if (typeof body.all !== 'string') return
    out.start('r', 'm')
    out.whole(0, { type: 'text', text: body.all })
    out.finish(0, { reason: 'stop', native: 'whole' })
    out.end()
  },
  event(data, name, out) {
    const body = parseObject(data)
    if (data === '[DONE]' || body === undefined) return
    if ('error' in body) throw ISTHMUS_UPSTREAM_ERRORS.upstream_rejected(String(body.error))
    if ('crash' in body) (undefined as unknown as { x(): void }).x()
    out.start('r', 'm')
    if (typeof body.say === 'string') out.whole(0, { type: 'text', text: body.say })
    if ('stop' in body) out.finish(0, { reason: 'stop', native: name ?? '' })
  },
  end(out) {
    if (out.isFinished(0)) out.end()
  }
}

const STREAM = 'text/event-stream; charset=utf-8'
const decode = (type: string | undefined, text: string, size = Infinity, read = reader) => {
  const headers = type === undefined ? {} : { 'content-type': type }
  const decoder = responseDecoder({ status: 200, headers }, 'acme', read)
  const bytes = Buffer.from(text)
  const events: EventBatch = []
  for (let at = 0; at < bytes.length; at += size) events.push(...decoder.push(bytes.subarray(at, at + size)))
  events.push(...decoder.end())
  assertGrammar(events)
  return events
}
const textOf = (events: EventBatch) =>
  fold(events).choices[0]?.parts.map(part => (part.type === 'text' ? part.text : part.type))
const errorOf = (events: EventBatch) => {
  const event = events.find(candidate => candidate.type === 'error')
  return event?.type === 'error' ? event.error : undefined
}

const SSE = 'data: {"say":"Hel"}\n\n: ping\n\nevent: fin\ndata: {"say":"lo","stop":1}\n\ndata: [DONE]\n\n'

t.test('a stream gives its events as they come', async t => {
  for (const size of [1, 7, 1000]) {
    const events = decode(STREAM, SSE, size)
    t.same(textOf(events), ['Hel', 'lo'])
    t.equal(fold(events).choices[0]?.finish.native, 'fin')
    t.ok(events.some(event => event.type === 'heartbeat'))
  }
})

t.test('a whole reply in place of a stream is read by its content type', async t => {
  for (const type of ['application/json', 'Application/JSON; charset=utf-8', undefined]) {
    t.same(textOf(decode(type, '\ufeff {"all":"Hello"}\n', 3)), ['Hello'])
  }
})

t.test('a stream that is labelled as JSON, or not at all, is read as it comes', async t => {
  for (const type of ['application/json', 'text/plain', undefined]) {
    t.same(textOf(decode(type, SSE, 5)), ['Hel', 'lo'])
    t.same(textOf(decode(type, `\n\n${SSE}`)), ['Hel', 'lo'])
  }
  const decoder = responseDecoder({ status: 200, headers: {} }, 'acme', reader)
  t.ok(decoder.push(Buffer.from('data: {"say":"Hel"}\n\n')).length > 0, 'not only at its end')
})

t.test('JSON that is labelled as a stream is read whole', async t => {
  for (const size of [1, 1000]) {
    t.same(textOf(decode(STREAM, '{"all":"Hello"}', size)), ['Hello'])
    t.equal(errorOf(decode(STREAM, '[{"error":"no"}]', size))?.message, 'no')
  }
})

t.test('an error without data: among the events is an error', async t => {
  for (const size of [1, 1000]) {
    const events = decode(STREAM, 'data: {"say":"a"}\n\n{"error":"broken"}', size)
    t.match(errorOf(events), { kind: 'upstream_rejected', message: 'broken' })
  }
})

t.test('a reply that stops early is an error, whatever came before', async t => {
  t.match(errorOf(decode(STREAM, 'data: {"say":"a"}\n\n')), { code: 'ISTHMUS_UPSTREAM_CLOSED' })
  t.match(errorOf(decode(STREAM, 'data: {"say":"a"}\n\ndata: {"sa')), { code: 'ISTHMUS_UPSTREAM_CLOSED' })
  t.match(errorOf(decode(STREAM, '')), { code: 'ISTHMUS_UPSTREAM_CLOSED', kind: 'upstream_protocol' })
})

t.test('a body that is no answer is an error that says why', async t => {
  t.match(errorOf(decode('application/json', '')), { message: /'acme' makes no sense: empty body/ })
  t.match(errorOf(decode('text/html', '<html>')), { message: /body is not a JSON object/ })
  t.match(errorOf(decode('application/json', '[1]')), { message: /body is not a JSON object/ })
  t.match(errorOf(decode('application/json', '{"other":1}')), { message: /the body holds no answer/ })
  t.match(errorOf(decode('application/json', '{"all":"cut')), { kind: 'upstream_protocol' })
})

t.test(
  'what a reader throws ends the reply: its own errors as they are, others as nonsense of the upstream',
  async t => {
    t.match(errorOf(decode(STREAM, 'data: {"error":"no"}\n\ndata: {"say":"late"}\n\n')), { kind: 'upstream_rejected' })
    const crash = errorOf(decode(STREAM, 'data: {"crash":1}\n\n'))
    t.match(crash, { code: 'ISTHMUS_UPSTREAM_PROTOCOL', cause: TypeError, message: /unreadable reply/ })
    t.ok(isGatewayError(crash))
    const whole = { ...reader, whole: () => (undefined as unknown as { x(): void }).x() }
    t.match(errorOf(decode(undefined, '{"all":""}', 99, whole)), { code: 'ISTHMUS_UPSTREAM_PROTOCOL' })
    const end = { ...reader, end: () => (undefined as unknown as { x(): void }).x() }
    t.match(errorOf(decode(STREAM, SSE, 99, end)), { code: 'ISTHMUS_UPSTREAM_PROTOCOL' })
  }
)

t.test('after the end nothing more is told', async t => {
  const decoder = responseDecoder({ status: 200, headers: { 'content-type': STREAM } }, 'acme', reader)
  decoder.push(Buffer.from('data: {"error":"no"}\n\n'))
  t.same(decoder.push(Buffer.from(SSE)), [])
  t.same(decoder.end(), [])
})

t.test('a dialect is rewritten before it is read, whole and streamed', async t => {
  const rewrite = (body: Record<string, unknown>) => ('text' in body ? { say: body.text, all: body.text } : body)
  for (const [type, text] of [
    [STREAM, 'data: {"text":"a"}\n\ndata: {"stop":1}\n\ndata: [DONE]\n\n'],
    ['application/json', '{"text":"a"}']
  ] as const) {
    const decoder = responseDecoder({ status: 200, headers: { 'content-type': type } }, 'acme', reader, rewrite)
    t.same(textOf([...decoder.push(Buffer.from(text)), ...decoder.end()]), ['a'])
  }
})

t.test('any bytes, cut anywhere, give a grammatical reply and never an exception', async t => {
  const noise = fc.oneof(
    fc.uint8Array({ maxLength: 60 }).map(bytes => Buffer.from(bytes).toString('latin1')),
    fc.constantFrom(
      'data: {"say":"a"}\n\n',
      'data: {"stop":1}\n\n',
      'data: {',
      '{"all":"a"}',
      'data: {"crash":1}\n\n',
      '\r'
    )
  )
  fc.assert(
    fc.property(
      fc.array(noise, { maxLength: 5 }),
      fc.integer({ min: 1, max: 9 }),
      fc.constantFrom(STREAM, 'application/json', undefined),
      (pieces, size, type) => {
        const text = pieces.join('')
        const pick = (events: EventBatch) =>
          JSON.stringify(events.map(event => [event.type, 'part' in event && event.part]))
        return pick(decode(type, text, size)) === pick(decode(type, text))
      }
    ),
    { numRuns: 500 }
  )
  t.pass()
})
