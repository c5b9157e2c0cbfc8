import Anthropic from '@anthropic-ai/sdk'
import type { EventBatch, ReplyOptions, RequestHead, Target } from '@isthmus/core'
import type { JsonObject } from '@isthmus/core/wire'
import { messages } from '../src/index.ts'

export const TARGET: Target = { provider: 'p', model: 'claude-test' }
export const OPTIONS: ReplyOptions = { id: 'x1', created: 1, model: 'asked', includeUsage: true, dialect: [] }

export const head = (headers: Record<string, string> = {}): RequestHead => ({
  method: 'POST',
  path: '/v1/messages',
  query: {},
  params: {},
  headers
})

/** wired is what is left of a value on the wire. */
export const wired = (value: unknown): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject

/** decodeBytes reads a reply from one or more chunks. */
export function decodeBytes(
  chunks: readonly (string | Uint8Array)[],
  type = 'text/event-stream',
  context?: unknown
): EventBatch {
  const decoder = messages.response.decoder({ status: 200, headers: { 'content-type': type } }, TARGET, context)
  const events = chunks.flatMap(chunk => decoder.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk))
  return [...events, ...decoder.end()]
}

/** sse writes events as the service does. */
export const sse = (...events: readonly JsonObject[]): string =>
  events.map(event => `event: ${String(event.type)}\ndata: ${JSON.stringify(event)}\n\n`).join('')

/** streamOf encodes events as a client's stream. */
export function streamOf(events: EventBatch): string {
  const encoder = messages.response.encoder(OPTIONS)
  return encoder.push(events) + encoder.end()
}

/** readWithSdk lets the vendor's own client read a stream. */
export async function readWithSdk(stream: string): Promise<JsonObject> {
  const client = new Anthropic({
    apiKey: 'k',
    baseURL: 'http://127.0.0.1',
    maxRetries: 0,
    fetch: async () => new Response(stream, { headers: { 'content-type': 'text/event-stream' } })
  })
  const reply = client.messages.stream({ model: 'm', max_tokens: 1, messages: [{ role: 'user', content: 'x' }] })
  return wired(await reply.finalMessage())
}
