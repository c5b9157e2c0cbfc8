import { deepEqual, equal } from 'node:assert/strict'
import { type EventBatch, fold, type IrEvent } from '@isthmus/core'
import { assertGrammar, decodeAll, replyOptions } from '@isthmus/core/testing'
import { type JsonObject, responseDecoder } from '@isthmus/core/wire'
import fc from 'fast-check'
import t from 'tap'
import { responses } from '../src/index.ts'
import { ResponsesReader } from '../src/response-decode.ts'
import { replyEvents, upstreamStream } from './support/replies.ts'
import { framesOf, lastResponse, readStream, readWhole, streamOf } from './support/sdk.ts'

const TARGET = { provider: 'up', model: 'm' }
const SSE = { status: 200, headers: { 'content-type': 'text/event-stream' } }
const bytes = (text: string) => new TextEncoder().encode(text)

const read = (stream: string, cut: number, learn: boolean): IrEvent[] => {
  const decoder = responseDecoder(SSE, 'up', new ResponsesReader(TARGET, undefined, learn))
  const whole = bytes(stream)
  const events: IrEvent[] = []
  for (let at = 0; at < whole.length; at += cut) events.push(...decoder.push(whole.subarray(at, at + cut)))
  return [...events, ...decoder.end()]
}

t.test('any stream gives the same grammatical events however it is cut, with and without the quick way', async () => {
  fc.assert(
    fc.property(upstreamStream, fc.integer({ min: 1, max: 50 }), (stream, cut) => {
      const told = read(stream, stream.length * 4, false)
      assertGrammar(told)
      equal(JSON.stringify(read(stream, cut, true)), JSON.stringify(told))
    }),
    { numRuns: 1000 }
  )
})

t.test('any reply is read alike by the official library, whole and streamed', async () => {
  await fc.assert(
    fc.asyncProperty(replyEvents(false), async reply => {
      const streamed = streamOf(reply)
      const whole = await readWhole(responses.response.encode(fold(reply), replyOptions()))
      deepEqual(core(await readStream(streamed)), core(whole))
      equal(batched(reply), streamed, 'batches make no difference')
    }),
    { numRuns: 150 }
  )
})

function batched(reply: EventBatch): string {
  const encoder = responses.response.encoder(replyOptions())
  return reply.map(event => encoder.push([event])).join('') + encoder.end()
}

/** core leaves out what the library makes up for streams. */
function core({ output, ...response }: JsonObject): unknown {
  const items = (output as JsonObject[]).map(({ parsed_arguments: _parsed, ...item }) => ({
    ...item,
    ...(Array.isArray(item.content) && { content: item.content.map(({ parsed: _text, ...content }) => content) })
  }))
  const { output_parsed: _output, ...rest } = response
  return { ...rest, output: items }
}

t.test('what is written of any reply is read back as the same reply', async () => {
  fc.assert(
    fc.property(replyEvents(false), reply => {
      const body = core(responses.response.encode(fold(reply), replyOptions()) as JsonObject)
      const again = fold(decodeAll(responses.response.decoder(SSE, TARGET, undefined), [bytes(streamOf(reply))]))
      deepEqual(core(responses.response.encode(again, replyOptions()) as JsonObject), body)
    }),
    { numRuns: 150 }
  )
})

t.test('parts that interleave are read by the official library as the stream says they are', async () => {
  await fc.assert(
    fc.asyncProperty(replyEvents(true), async reply => {
      const streamed = streamOf(reply)
      const last = lastResponse(streamed)
      const { output_text: _text, ...read } = core(await readStream(streamed)) as JsonObject
      deepEqual(read, last)
      const { parts } = fold(reply).choices[0]!
      const whole = responses.response.encode(fold(reply), replyOptions()) as JsonObject
      deepEqual(saidIn(last), saidIn(whole), `nothing of ${parts.length} parts is lost`)
    }),
    { numRuns: 150 }
  )
})

/** saidIn lists all that a response says, in no order. */
function saidIn(response: JsonObject): string[] {
  const items = response.output as JsonObject[]
  return items
    .flatMap(({ id: _id, status: _status, content, ...item }) =>
      Array.isArray(content) && item.type === 'message'
        ? content.map(entry => JSON.stringify(entry))
        : JSON.stringify(item)
    )
    .sort()
}

t.test('any stream keeps the rules of its life', async () => {
  fc.assert(
    fc.property(replyEvents(true), reply => {
      const frames = framesOf(streamOf(reply))
      deepEqual(
        frames.map(frame => frame.sequence_number),
        [...frames.keys()]
      )
      const done = frames.filter(frame => frame.type === 'response.output_item.done')
      const last = frames.at(-1)?.response as JsonObject
      deepEqual(
        done.sort((a, b) => Number(a.output_index) - Number(b.output_index)).map(frame => frame.item),
        last.output
      )
      for (const frame of frames)
        if (frame.type === 'response.output_text.delta') equal(Array.isArray(frame.logprobs), true)
    }),
    { numRuns: 150 }
  )
})
