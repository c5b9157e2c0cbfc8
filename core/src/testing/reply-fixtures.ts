import { deepEqual, equal, ok } from 'node:assert/strict'
import type { ResponseDecoder } from '../contract/index.ts'
import { fold, type IrResponse, type Part } from '../ir/index.ts'
import { outcomeOf } from './case.ts'
import { decodeAll, decodeInAllChunkings } from './decode-all.ts'
import type { ReplyFixture } from './format-fixtures.ts'

/** checkReplyFixture reads a recorded reply, cut in every way and cut short at many places. */
export function checkReplyFixture(fixture: ReplyFixture, makeDecoder: () => ResponseDecoder): void {
  const all = typeof fixture.body === 'string' ? new TextEncoder().encode(fixture.body) : fixture.body
  const { response, error } = outcomeOf(decodeInAllChunkings(makeDecoder, all))
  if (fixture.outcome === 'error') {
    ok(error !== undefined, 'the reply should read as an error')
    return
  }
  ok(response !== undefined, `the reply reads as an error: ${error?.message}`)
  const said = saying(response)
  if (fixture.text !== undefined) equal(said.text, fixture.text)
  if (fixture.reasoning !== undefined) equal(said.reasoning, fixture.reasoning)
  if (fixture.finish !== undefined) equal(response.choices[0]?.finish.reason, fixture.finish)
  if (fixture.calls !== undefined) {
    const calls = said.calls.map(({ id, name, args }, at) =>
      fixture.calls?.[at]?.id === undefined ? { name, args } : { id, name, args }
    )
    deepEqual(calls, fixture.calls)
  }
  checkCutShort(all, makeDecoder, response)
}

/** checkCutShort: a reply that stops early is an error, or it was complete already. */
function checkCutShort(all: Uint8Array, makeDecoder: () => ResponseDecoder, whole: IrResponse): void {
  const step = Math.max(1, Math.floor(all.length / 200))
  for (let at = 0; at < all.length; at += step) {
    const events = decodeAll(makeDecoder(), [all.subarray(0, at)])
    if (outcomeOf(events).error !== undefined) continue
    deepEqual(saying(fold(events)), saying(whole), `cut short after ${at} bytes, the reply passes for a whole one`)
  }
}

function saying(response: IrResponse) {
  const parts = response.choices.flatMap(choice => choice.parts)
  const join = (type: 'text' | 'reasoning'): string =>
    parts.reduce((all, part) => (part.type === type ? all + (part.text ?? '') : all), '')
  return {
    text: join('text'),
    reasoning: join('reasoning'),
    calls: parts
      .filter((part): part is Extract<Part, { type: 'tool_call' }> => part.type === 'tool_call')
      .map(part => ({ id: part.id, name: part.name, args: part.argsText }))
  }
}
