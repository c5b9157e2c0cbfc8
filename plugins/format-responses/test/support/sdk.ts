import type { EventBatch, ReplyOptions } from '@isthmus/core'
import { replyOptions } from '@isthmus/core/testing'
import { isObject, type JsonObject, parseObject } from '@isthmus/core/wire'
import OpenAI from 'openai'
import { responses } from '../../src/index.ts'

/** sdk is the official client library, talking to a server that answers everything with one reply. */
export function sdk(body: string, contentType: string): OpenAI {
  return new OpenAI({
    apiKey: 'test',
    baseURL: 'http://127.0.0.1/v1',
    maxRetries: 0,
    fetch: async () => new Response(body, { headers: { 'content-type': contentType } })
  })
}

const ASK = { model: 'm', input: 'hello' }
const wired = (value: unknown): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject

/** readStream gives the response that the official library puts together from a stream. */
export async function readStream(text: string): Promise<JsonObject> {
  const stream = sdk(text, 'text/event-stream').responses.stream(ASK)
  stream.on('error', () => undefined)
  return wired(await stream.finalResponse())
}

/** readWhole gives a whole response as the official library hands it out. */
export async function readWhole(body: unknown): Promise<JsonObject> {
  return wired(await sdk(JSON.stringify(body), 'application/json').responses.create(ASK))
}

/** streamOf encodes events as a client's stream. */
export function streamOf(events: EventBatch, options: ReplyOptions = replyOptions()): string {
  const encoder = responses.response.encoder(options)
  return encoder.push(events) + encoder.end()
}

/** framesOf gives the data of a stream's events. */
export function framesOf(stream: string): JsonObject[] {
  return stream
    .replaceAll('\r\n', '\n')
    .split('\n\n')
    .flatMap(block => {
      const data = block
        .split('\n')
        .filter(line => line.startsWith('data:'))
        .map(line => line.slice(5).trimStart())
        .join('\n')
      const event = parseObject(data)
      return event === undefined ? [] : [event]
    })
}

/** lastResponse is the response as the last event of a stream has it. */
export function lastResponse(stream: string): JsonObject {
  return framesOf(stream).findLast(frame => isObject(frame.response))?.response as JsonObject
}

/** sse writes events as the service does. */
export const sse = (...events: readonly JsonObject[]): string =>
  events.map(event => `event: ${String(event.type)}\ndata: ${JSON.stringify(event)}\n\n`).join('')
