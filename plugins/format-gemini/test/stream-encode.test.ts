import { errorEvent, type GatewayError, ISTHMUS_UPSTREAM_ERRORS, type Part, ReplyBuilder } from '@isthmus/core'
import type { JsonObject } from '@isthmus/core/wire'
import t from 'tap'
import { gemini } from '../src/index.ts'
import { geminiStreamEncoder } from '../src/stream-encode.ts'
import {
  call,
  candidate,
  eventsOf,
  foreign,
  own,
  partsOf,
  reply,
  text,
  USAGE,
  USAGE_METADATA
} from './support/parts.ts'
import { ARRAY, chunksOf, OPTIONS, readStream, sdk, streamOf, wired } from './support/replies.ts'

const failure = (): GatewayError => ISTHMUS_UPSTREAM_ERRORS.upstream_overloaded('Busy')

t.test('every chunk has a part and a role, and only the last a reason', async t => {
  const out = new ReplyBuilder()
  out.start('r1', 'm1', undefined, { input: { fresh: 5 }, output: {} })
  const open = out.open(0, { type: 'text', text: '' })
  out.append(open, 'text', 'Hel')
  out.append(open, 'text', 'lo \u2028 "q"')
  out.whole(0, call('c1', '{"a":1}'))
  out.finish(0, { reason: 'tool_calls', native: '' })
  out.usage(USAGE)
  out.end()
  const stream = streamOf(out.take())
  t.match(stream, /^data: \{.*\}\n\n$/s)
  t.notMatch(stream, /\[DONE\]|^:|^event:/m)
  const all = chunksOf(stream)
  t.strictSame(
    all.map(chunk => partsOf(chunk)),
    [
      [{ text: 'Hel' }],
      [{ text: 'lo \u2028 "q"' }],
      [{ functionCall: { id: 'c1', name: 'f', args: { a: 1 } } }],
      [{ text: '' }]
    ]
  )
  for (const [at, chunk] of all.entries()) {
    t.match(candidate(chunk), { content: { role: 'model' }, index: 0 })
    t.equal(candidate(chunk).finishReason, at === 3 ? 'STOP' : undefined)
    t.match(chunk, { modelVersion: 'm1', responseId: 'r1' })
    t.same(chunk.usageMetadata, at === 3 ? USAGE_METADATA : { promptTokenCount: 5, totalTokenCount: 5 })
  }
})

t.test('an array holds the same chunks and is closed however it ends', async t => {
  const encoder = geminiStreamEncoder(ARRAY)
  t.equal(encoder.contentType, 'application/json')
  t.equal(encoder.ping, undefined)
  const events = eventsOf(reply([text('a'), text('b')]))
  const written = events.map(event => encoder.push([event])).join('') + encoder.end()
  t.equal((JSON.parse(written) as unknown[]).length, 3)
  t.match(written, /^\[\{.*\},\r\n\{.*\},\r\n\{.*\}\]$/s)
  t.equal(encoder.push(events) + encoder.end() + encoder.fail(failure()), '', 'nothing follows')
  t.match(JSON.parse(geminiStreamEncoder(ARRAY).fail(failure())), [{ error: { code: 503 } }])
  const cut = geminiStreamEncoder(ARRAY)
  t.match(JSON.parse(cut.push(events.slice(0, 3)) + cut.end()), [{ candidates: [{}] }, { error: { code: 502 } }])
})

t.test('a keep-alive is a chunk that says nothing, before and within the reply', async t => {
  const encoder = geminiStreamEncoder(OPTIONS)
  const events = eventsOf(reply([text('a')]))
  const written = events.map(event => `${encoder.ping!()}${encoder.push([event])}`).join('') + encoder.end()
  t.equal(encoder.ping!(), '')
  for (const chunk of chunksOf(written)) t.equal(partsOf(chunk).length, 1)
  t.strictSame(await readStream(written), await readStream(streamOf(events)))
  const { modelVersion, responseId } = chunksOf(written)[0]!
  t.strictSame([modelVersion, responseId], [undefined, undefined], 'nothing is known before the start')
})

t.test('errors end the stream as the vendor’s client expects them', async t => {
  const events = eventsOf(reply([text('a')])).slice(0, 3)
  const encoder = geminiStreamEncoder(OPTIONS)
  const stream = encoder.push([...events, errorEvent(failure())]) + encoder.fail(failure()) + encoder.end()
  const [event, bare, ...more] = stream.split('\n\n').slice(-2)
  t.match(event, /^data: \{"error":/)
  // Older clients of the vendor take that event for a chunk, and throw only where a stream ends within something.
  t.equal(`data: ${bare}`, `${event}\n`, 'the same follows once, as a line that no reader of events looks at')
  t.strictSame(more, [])
  t.equal(stream.match(/"error"/g)?.length, 2, 'and nothing else')
  await t.rejects(readStream(stream), /Busy/)
  const cut = geminiStreamEncoder(OPTIONS)
  await t.rejects(readStream(cut.push(events) + cut.end()), /ended its answer early/)
})

t.test('a chat of the vendor’s client keeps the turn, as it was said', async t => {
  const parts: Part[] = [{ type: 'reasoning', text: 'hm', hidden: false, seal: own('czE=') }, text('Hello')]
  for (const stream of [streamOf(eventsOf(reply(parts))), streamOf(eventsOf(reply([])))]) {
    const chat = sdk(stream, 'text/event-stream').chats.create({ model: 'm' })
    for await (const _ of await chat.sendMessageStream({ message: 'hi' }));
    t.ok(chat.getHistory(true).length > 1, 'the turn is in the history')
  }
  const chat = sdk(streamOf(eventsOf(reply(parts))), 'text/event-stream').chats.create({ model: 'm' })
  for await (const _ of await chat.sendMessageStream({ message: 'hi' }));
  const sent = wired(chat.getHistory(true).slice(1)) as unknown as JsonObject[]
  const back = sent
    .flatMap(content => content.parts as JsonObject[])
    .filter(part => part.thoughtSignature !== undefined)
  t.strictSame(back, [{ text: '', thought: true, thoughtSignature: 'czE=' }])
})

t.test('a client whose chats forget a turn with an empty text in it is given none', async t => {
  const events = eventsOf(reply([text('hi')]))
  const older = { ...OPTIONS, dialect: ['sse', 'without_blanks'] }
  const encoder = geminiStreamEncoder(older)
  const first = encoder.push(events.slice(0, -1)) + encoder.ping?.()
  const chunks = chunksOf(first + encoder.push(events.slice(-1)) + encoder.end())
  t.strictSame(
    chunks.map(chunk => partsOf(chunk)),
    [[{ text: 'hi' }], [], []]
  )
  t.match(candidate(chunks.at(-1)!), { content: { role: 'model' }, finishReason: 'STOP' })
  const sealed: Part = { type: 'reasoning', text: 'hm', hidden: false, seal: foreign('c2ln') }
  for (const parts of [[sealed, text('hi')], [{ ...text('hi'), seal: own('s') }]]) {
    const stream = streamOf(eventsOf(reply(parts)), older)
    t.notOk(chunksOf(stream).some(chunk => partsOf(chunk).some(part => part.text === '')))
  }
  const nothing = chunksOf(streamOf(eventsOf(reply([])), older))
  t.strictSame(partsOf(nothing.at(-1)!), [{ text: '' }], 'there is nothing else')
  const whole = gemini.response.encode(reply([text('hi'), { ...sealed, text: '' }]), older) as JsonObject
  t.strictSame(partsOf(whole), [{ text: 'hi' }])
  t.equal(gemini.repliesWith?.(older)['reply.seal'], 'dropped', 'which is reported')
  t.not(gemini.repliesWith?.(OPTIONS)['reply.seal'], 'dropped')
})
