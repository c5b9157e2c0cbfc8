import type { EncodedRequest, GenerateRequest, Part, RequestHead } from '@isthmus/core'
import { requestWith } from '@isthmus/core/testing'
import type { JsonObject } from '@isthmus/core/wire'
import { decodeRequest } from '../../src/request-decode.ts'
import { encodeRequest } from '../../src/request-encode.ts'
import type { GeminiTraits } from '../../src/traits.ts'

/** head is the head of a request for a path. */
export const head = (
  path = '/v1beta/models/gemini-test:generateContent',
  query: Record<string, string> = {}
): RequestHead => ({
  method: 'POST',
  path,
  query,
  params: {},
  headers: {}
})

/** decode reads a body; contents are a short question where the test is not about them. */
export const decode = (body: JsonObject): GenerateRequest =>
  decodeRequest({ contents: [{ role: 'user', parts: [{ text: 'hello' }] }], ...body }, head())

/** conversation reads the turns of a conversation. */
export const conversation = (...contents: readonly unknown[]): GenerateRequest['messages'] =>
  decode({ contents }).messages

/** encode writes a request that came in another format. */
export function encode(
  changes: Partial<GenerateRequest>,
  traits: GeminiTraits = {}
): EncodedRequest & { body: JsonObject } {
  const request = requestWith({ ingress: { format: 'chat-completions' }, ...changes })
  const encoded = encodeRequest(request, { provider: 'p', model: 'm', traits })
  return { ...encoded, body: JSON.parse(JSON.stringify(encoded.body)) as JsonObject }
}

/** back writes what a client of this format sent. */
export const back = (body: JsonObject, traits: GeminiTraits = {}): JsonObject =>
  JSON.parse(JSON.stringify(encodeRequest(decode(body), { provider: 'p', model: 'm', traits }).body)) as JsonObject

/** contentsOf writes messages of another format, and gives the turns. */
export const contentsOf = (messages: GenerateRequest['messages'], traits: GeminiTraits = {}): readonly JsonObject[] =>
  encode({ messages }, traits).body.contents as JsonObject[]

/** gapsOf lists what was lost, shortly. */
export const gapsOf = ({ gaps }: EncodedRequest): readonly string[] => gaps.map(gap => `${gap.feature} ${gap.action}`)

export const text = (value: string): Part => ({ type: 'text', text: value })
export const call = (id: string, argsText = '{}', name = 'f'): Part => ({
  type: 'tool_call',
  id,
  name,
  kind: 'function',
  argsText
})
export const result = (callId: string, value = 'ok'): Part => ({ type: 'tool_result', callId, content: [text(value)] })
export const user = (...parts: readonly Part[]) => ({ role: 'user', parts }) as const
export const assistant = (...parts: readonly Part[]) => ({ role: 'assistant', parts }) as const
export const tool = (...parts: readonly Part[]) => ({ role: 'tool', parts }) as const
export const system = (value: string) => ({ role: 'system', parts: [text(value)] }) as const
