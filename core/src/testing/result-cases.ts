import { deepEqual, equal, ok } from 'node:assert/strict'
import type { RequestHead, ResultFormat } from '../contract/index.ts'
import { type CountRequest, type EmbedRequest, featuresOf, type OperationReply } from '../ir/index.ts'
import { type Case, deepFreeze, outcomeOf, wired } from './case.ts'
import { decodeInAllChunkings } from './decode-all.ts'
import { errorCases } from './error-cases.ts'
import { checkTable } from './format-cases.ts'
import type { ErrorFixture } from './format-fixtures.ts'
import { replyOptions } from './format-reply-cases.ts'
import { JUNK_BYTES } from './junk.ts'
import { requestHead } from './request-head.ts'
import { junkRequestCase } from './request-junk.ts'

/** ResultFixture is an exchange of a format of results: what a client sends, and what an upstream answers. */
export interface ResultFixture {
  readonly name: string
  readonly request: unknown
  readonly head?: Partial<RequestHead>
  readonly reply: unknown
}

/** ResultFixtures are a format's own samples. */
export interface ResultFixtures {
  readonly exchanges?: readonly ResultFixture[]
  readonly errors?: readonly ErrorFixture[]
}

/** resultCases hold a codec of an operation that answers with one value to the contract, in both directions. */
export function resultCases<Q extends EmbedRequest | CountRequest, A extends OperationReply, T>(
  format: ResultFormat<Q, A, T>,
  fixtures: ResultFixtures = {}
): readonly Case[] {
  const target = { provider: 'kit', model: 'kit-model' }
  const read = (bytes: Uint8Array, context?: unknown) =>
    decodeInAllChunkings(
      () => format.response.decoder({ status: 200, headers: { 'content-type': 'application/json' } }, target, context),
      bytes
    )
  return [
    { name: 'every feature has a verdict', run: () => checkTable(format.features) },
    junkRequestCase(format.request.decode),
    {
      name: 'reply: junk becomes an error, whatever it is and however it is cut',
      run() {
        for (const { name, bytes } of JUNK_BYTES) {
          ok(outcomeOf(read(bytes)).error !== undefined, `${name} was taken for an answer`)
        }
      }
    },
    ...(fixtures.exchanges ?? []).flatMap(fixture => [
      {
        name: `request: ${fixture.name} comes back as it went`,
        run() {
          const head = requestHead(fixture.head)
          const request = deepFreeze(format.request.decode(fixture.request, head))
          equal(request.op, format.operation)
          featuresOf(request)
          const { body } = format.request.encode(request, { provider: 'kit', model: request.model })
          deepEqual(wired(body), fixture.request)
        }
      },
      {
        name: `reply: ${fixture.name} comes back as it went`,
        run() {
          const request = format.request.decode(fixture.request, requestHead(fixture.head))
          const { context } = format.request.encode(request, { provider: 'kit', model: request.model })
          const bytes = new TextEncoder().encode(JSON.stringify(fixture.reply))
          const event = read(bytes, context).find(({ type }) => type === 'result')
          ok(event?.type === 'result', 'the reply was not read')
          equal(event.reply.op, format.operation)
          deepEqual(wired(format.response.encode(event.reply as A, request, replyOptions())), fixture.reply)
        }
      }
    ]),
    ...errorCases(format.error.encode, format.error.decode, fixtures.errors ?? [])
  ]
}
