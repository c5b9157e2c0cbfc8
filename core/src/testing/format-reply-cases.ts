import { deepEqual, match, ok } from 'node:assert/strict'
import type { MessageFormat, ReplyOptions, ResponseDecoder, WireFormat } from '../contract/index.ts'
import { createError } from '../errors/index.ts'
import { type EventBatch, endEvent, errorEvent, type FeatureTable, fold, type GenerateRequest } from '../ir/index.ts'
import { type Case, outcomeOf } from './case.ts'
import { replyContent, usageContent } from './content.ts'
import { decodeAll, decodeInAllChunkings } from './decode-all.ts'
import type { FormatFixtures } from './format-fixtures.ts'
import { assertGrammar } from './grammar.ts'
import { JUNK_BYTES } from './junk.ts'
import { checkReplyFixture } from './reply-fixtures.ts'
import { replyFeaturesOf, type SampleReply, sampleReplies } from './sample-replies.ts'

const TESTING_BROKEN_OFF = createError('TESTING_BROKEN_OFF', 'upstream_unavailable', 'The kit broke this reply off')

/** checkTold: an error that is only guessed from an early end was not told. */
function checkTold(error: Error | undefined): void {
  ok(error !== undefined, 'a reply that failed reads like a good one')
  match(error.message, /The kit broke this reply off/, 'the message of the failure is lost')
}

/** replyOptions are what an encoder of replies is told, with some members replaced. */
export function replyOptions(changes: Partial<ReplyOptions> = {}): ReplyOptions {
  return { id: 'kit-1', created: 1_700_000_000, model: 'kit-model', includeUsage: true, dialect: [], ...changes }
}

const TARGET = { provider: 'kit', model: 'kit-model' }
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** ReplyCodec is the half of a codec that is about replies. */
type ReplyCodec<T> = Pick<MessageFormat<GenerateRequest, T>, 'features' | 'repliesWith' | 'response'>

/** formatReplyCases hold the reply half of a codec. What it wrote is read back by the format's own decoder. */
export function formatReplyCases<T>(format: ReplyCodec<T>, fixtures: Pick<FormatFixtures, 'replies'>): readonly Case[] {
  const { response } = format
  const table = format.repliesWith?.(replyOptions()) ?? format.features
  const decoder = (type: string): ResponseDecoder =>
    response.decoder({ status: 200, headers: { 'content-type': type } }, TARGET as never, undefined)
  return [
    ...sampleReplies().flatMap(sample => [
      {
        name: `reply: ${sample.name}, whole, comes back as it went`,
        run() {
          const body = bytes(JSON.stringify(response.encode(sample.response, replyOptions())))
          checkReply(
            sample,
            decodeInAllChunkings(() => decoder('application/json'), body),
            table
          )
        }
      },
      {
        name: `reply: ${sample.name}, streamed, comes back as it went however it is cut`,
        run() {
          const encoder = response.encoder(replyOptions())
          const written = bytes(encoder.push(sample.events()) + encoder.end())
          checkReply(
            sample,
            decodeInAllChunkings(() => decoder(encoder.contentType), written),
            table
          )
        }
      },
      {
        name: `reply: ${sample.name} reads alike when its events come one by one`,
        run() {
          const encoder = response.encoder(replyOptions())
          const written = sample.events().map(event => encoder.push([event]))
          checkReply(sample, decodeAll(decoder(encoder.contentType), [bytes(written.join('') + encoder.end())]), table)
        }
      },
      {
        name: `reply: ${sample.name} is well-formed wherever it fails or ends`,
        run: () => checkEverywhere(sample, () => response.encoder(replyOptions()), decoder)
      }
    ]),
    {
      name: 'reply: an encoder that fails before anything was sent still tells the error',
      run() {
        const encoder = response.encoder(replyOptions())
        const written = encoder.fail(TESTING_BROKEN_OFF())
        const { error } = outcomeOf(decodeAll(decoder(encoder.contentType), [bytes(written)]))
        checkTold(error)
      }
    },
    {
      name: 'reply: a keep-alive before and between events changes nothing',
      run() {
        const sample = sampleReplies()[0]!
        const encoder = response.encoder(replyOptions())
        const ping = (): string => encoder.ping?.() ?? ''
        const written = ping() + sample.events().reduce((all, event) => all + encoder.push([event]) + ping(), '')
        // After the last event the stream is over, and so are keep-alives.
        const events = decodeAll(decoder(encoder.contentType), [bytes(written + encoder.end())])
        checkReply(sample, events, table)
      }
    },
    ...JUNK_BYTES.flatMap(junk =>
      ['application/json', 'text/event-stream', response.encoder(replyOptions()).contentType, ''].map(type => ({
        name: `reply: ${junk.name} as '${type}' is an error, not a crash`,
        run() {
          const { error } = outcomeOf(decodeInAllChunkings(() => decoder(type), junk.bytes))
          ok(error !== undefined, 'nonsense was read as a reply')
        }
      }))
    ),
    ...(fixtures.replies ?? []).map(fixture => ({
      name: `reply fixture: ${fixture.name} reads well however it is cut`,
      run() {
        const head = { status: 200, headers: { 'content-type': 'application/json', ...fixture.headers } }
        checkReplyFixture(fixture, () => response.decoder(head, TARGET as never, undefined))
      }
    }))
  ]
}

/** checkReply compares what was read with what was said, as far as the format declares that it can say it. */
export function checkReply(sample: SampleReply, events: EventBatch, table: FeatureTable): void {
  assertGrammar(events)
  const read = fold(events)
  deepEqual(replyContent(read, table), replyContent(sample.response, table))
  // Some formats have to write a usage even where there was none.
  if (sample.response.usage !== undefined) deepEqual(usageContent(read), usageContent(sample.response))
  const found = replyFeaturesOf(events)
  for (const feature of sample.features) {
    if (table[feature] === 'exact') ok(found.has(feature), `'${feature}' is exact, but it is not read back`)
  }
}

function checkEverywhere(
  sample: SampleReply,
  makeEncoder: () => ReturnType<WireFormat['response']['encoder']>,
  decoder: (type: string) => ResponseDecoder
): void {
  const events = sample.events()
  const finish = events.findIndex(event => event.type === 'finish')
  for (let at = 0; at < events.length; at++) {
    const failing = makeEncoder()
    const failed = failing.push(events.slice(0, at)) + failing.fail(TESTING_BROKEN_OFF())
    const { error } = outcomeOf(decodeAll(decoder(failing.contentType), [bytes(failed)]))
    if (at <= finish) checkTold(error)
    // As the pipeline does it when the decoder found the error: the events say so first, and end.
    const told = makeEncoder()
    const broken = told.push([...events.slice(0, at), errorEvent(TESTING_BROKEN_OFF()), endEvent()])
    const read = outcomeOf(decodeAll(decoder(told.contentType), [bytes(broken + told.fail(TESTING_BROKEN_OFF()))]))
    if (at <= finish) checkTold(read.error)
    const ending = makeEncoder()
    const ended = ending.push(events.slice(0, at)) + ending.end()
    outcomeOf(decodeAll(decoder(ending.contentType), [bytes(ended)]))
  }
}
