import type { GenerateRequest, Message, Part } from '@isthmus/core'
import { requestHead, requestWith } from '@isthmus/core/testing'
import type { JsonObject } from '@isthmus/core/wire'
import { decodeRequest } from '../../src/request-decode.ts'
import { encodeRequest } from '../../src/request-encode.ts'
import type { ResponsesTraits } from '../../src/traits.ts'

const encode = (request: GenerateRequest, traits: ResponsesTraits = {}) => {
  const encoded = encodeRequest(request, { provider: 'up', model: 'target', traits })
  return { ...encoded, body: JSON.parse(JSON.stringify(encoded.body)) as JsonObject }
}

/** foreign encodes a request of a client that speaks another format. */
export const foreign = (changes: Partial<GenerateRequest>, traits?: ResponsesTraits) =>
  encode(requestWith(changes), traits)

/** native decodes a body of this format and encodes it again. */
export const native = (members: JsonObject, traits?: ResponsesTraits) =>
  encode(decodeRequest({ model: 'm', input: 'Hi', ...members }, requestHead()), traits)

export const said = (...messages: Message[]): Partial<GenerateRequest> => ({ messages })
export const assistant = (...parts: Part[]): Message => ({ role: 'assistant', parts })
export const text = (value: string): Part => ({ type: 'text', text: value })
export const call = (id: string): Part => ({
  type: 'tool_call',
  id,
  name: 'look',
  kind: 'function',
  argsText: '{"a": 1}'
})
export const result = (callId: string, ...content: Part[]): Part => ({ type: 'tool_result', callId, content })
