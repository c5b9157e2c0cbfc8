import { type EventBatch, type IrResponse, type Part, type Seal, type Usage, unfold } from '@isthmus/core'
import type { JsonObject } from '@isthmus/core/wire'
import { chunksOf, streamOf } from './replies.ts'

export const USAGE: Usage = {
  input: { fresh: 5, cacheRead: 3, cacheWrite: { total: 2 } },
  output: { total: 9, reasoning: 4 }
}
export const USAGE_METADATA = {
  promptTokenCount: 10,
  candidatesTokenCount: 5,
  totalTokenCount: 19,
  cachedContentTokenCount: 3,
  thoughtsTokenCount: 4
}
export const foreign = (data: string, kind: Seal['kind'] = 'signature'): Seal => ({
  kind,
  data,
  issuer: { provider: 'a', modelFamily: 'claude', format: 'anthropic-claude-v1' }
})
export const own = (data: string): Seal => ({
  kind: 'thought_signature',
  data,
  issuer: { provider: 'p', modelFamily: 'gemini', format: 'google-gemini-v1' }
})
export const call = (id: string, argsText = '{}', more: Partial<Part> = {}): Part =>
  ({ type: 'tool_call', kind: 'function', id, name: 'f', argsText, ...more }) as Part
export const text = (value: string, more: Partial<Part> = {}): Part => ({ type: 'text', text: value, ...more }) as Part

export function reply(parts: readonly Part[], changes: Partial<IrResponse> = {}): IrResponse {
  return {
    id: 'r1',
    model: 'm1',
    choices: [{ index: 0, parts, finish: { reason: 'stop', native: '' } }],
    usage: USAGE,
    ...changes
  }
}

export const ending = (parts: readonly Part[], finish: IrResponse['choices'][number]['finish']): IrResponse =>
  reply(parts, { choices: [{ index: 0, parts, finish }] })
export const eventsOf = (response: IrResponse): EventBatch => unfold(response).take()
export const chunks = (response: IrResponse): JsonObject[] => chunksOf(streamOf(eventsOf(response)))
export const candidate = (body: JsonObject, at = 0): JsonObject => (body.candidates as JsonObject[])[at]!
export const partsOf = (body: JsonObject, at = 0): JsonObject[] =>
  (candidate(body, at).content as { parts: JsonObject[] }).parts
