import { deepEqual, equal } from 'node:assert/strict'
import { fold, type GenerateRequest, type IrEvent, isGatewayError } from '@isthmus/core'
import { assertGrammar, decodeAll, replyOptions, requestHead } from '@isthmus/core/testing'
import { isObject, type JsonObject, responseDecoder } from '@isthmus/core/wire'
import fc from 'fast-check'
import t from 'tap'
import { chatCompletions } from '../src/index.ts'
import { ChatReader } from '../src/response-decode.ts'
import { chatRequest, chatStream, replyEvents } from './support/arbitraries.ts'
import { readStream } from './support/sdk.ts'

const decode = (body: unknown): GenerateRequest => chatCompletions.request.decode(body, requestHead())
const TARGET = { provider: 'up', model: 'm' }
const SSE = { status: 200, headers: { 'content-type': 'text/event-stream' } }
const bytes = (text: string) => new TextEncoder().encode(text)

t.test('any JSON is read, or refused as an invalid request', async () => {
  const damaged = fc
    .tuple(chatRequest, fc.nat(), fc.jsonValue())
    .map(([request, at, junk]) => damage(request, at, junk))
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), damaged), body => {
      try {
        decode(body)
      } catch (thrown) {
        if (!isGatewayError(thrown) || thrown.kind !== 'invalid_request') throw thrown
      }
    }),
    { numRuns: 1000 }
  )
})

/** damage puts junk in the place of one value. */
function damage(value: unknown, at: number, junk: unknown): unknown {
  const keys = typeof value === 'object' && value !== null ? Object.keys(value) : []
  if (keys.length === 0) return junk
  const key = keys[at % keys.length]!
  const copy = Array.isArray(value) ? [...value] : { ...(value as JsonObject) }
  const inner = (copy as JsonObject)[key]
  ;(copy as JsonObject)[key] = at % 3 === 0 ? junk : damage(inner, Math.floor(at / 3), junk)
  return copy
}

t.test('a request is written back as it was read, with and without its source', async () => {
  fc.assert(
    fc.property(chatRequest, body => {
      const request = decode(body)
      const written = encode(request, String(body.model))
      deepEqual(written, body)
      const { source: _source, ...bare } = request
      deepEqual(encode(bare, String(body.model)), written)
    }),
    { numRuns: 300 }
  )
})

function encode(request: GenerateRequest, model: string): unknown {
  return JSON.parse(JSON.stringify(chatCompletions.request.encode(request, { provider: 'up', model }).body))
}

const events = (stream: string, cut: number, fast: boolean): IrEvent[] => {
  const decoder = responseDecoder(SSE, 'up', new ChatReader(TARGET, undefined, fast))
  const whole = bytes(stream)
  const read: IrEvent[] = []
  for (let at = 0; at < whole.length; at += cut) read.push(...decoder.push(whole.subarray(at, at + cut)))
  return [...read, ...decoder.end()]
}

t.test('a stream gives the same events however it is cut, with and without the fast path', async () => {
  fc.assert(
    fc.property(chatStream, fc.integer({ min: 1, max: 50 }), (stream, cut) => {
      const told = events(stream, stream.length * 4, false)
      assertGrammar(told)
      equal(JSON.stringify(events(stream, cut, true)), JSON.stringify(told))
    }),
    { numRuns: 500 }
  )
})

t.test('what is written of any reply is read alike by the official library, whole and streamed', async () => {
  await fc.assert(
    fc.asyncProperty(replyEvents, fc.subarray(['reasoning', 'reasoning_content']), async (reply, dialect) => {
      const options = replyOptions({ dialect })
      const encoder = chatCompletions.response.encoder(options)
      const streamed = reply.map(event => encoder.push([event])).join('') + encoder.end()
      const whole = JSON.parse(JSON.stringify(chatCompletions.response.encode(fold(reply), options)))
      const read = await readStream(streamed)
      deepEqual(core(read), core(whole))
      equal(streamed, batched(reply, options), 'batches make no difference')
    }),
    { numRuns: 200 }
  )
})

function batched(reply: readonly IrEvent[], options: ReturnType<typeof replyOptions>): string {
  const encoder = chatCompletions.response.encoder(options)
  return encoder.push([...reply]) + encoder.end()
}

/** core is what a client acts on. The library keeps the last piece only of members it does not know. */
function core(reply: unknown): unknown {
  if (!isObject(reply)) return reply
  const choices = (reply.choices as JsonObject[]).map(({ index, finish_reason, message }) => {
    const { role, content, refusal, tool_calls: calls } = message as JsonObject
    return { index, finish_reason, role, content, refusal, calls: calls ?? null }
  })
  return { id: reply.id, model: reply.model, created: reply.created, choices, usage: reply.usage ?? null }
}

t.test('what is written of any reply is read back as the same reply', async () => {
  fc.assert(
    fc.property(replyEvents, reply => {
      const encoder = chatCompletions.response.encoder(replyOptions())
      const streamed = encoder.push(reply) + encoder.end()
      const decoder = chatCompletions.response.decoder(SSE, TARGET, undefined)
      const again = fold(decodeAll(decoder, [bytes(streamed)]))
      const body = chatCompletions.response.encode(fold(reply), replyOptions())
      deepEqual(core(chatCompletions.response.encode(again, replyOptions())), core(body))
    }),
    { numRuns: 300 }
  )
})
