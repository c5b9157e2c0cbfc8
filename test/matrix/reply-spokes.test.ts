import { isDeepStrictEqual } from 'node:util'
import { commits, type EventBatch, fold, type ReplyOptions } from '@isthmus/core'
import { assertGrammar, chunkings, decodeAll, golden, replyFeaturesOf, replyOptions } from '@isthmus/core/testing'
import t from 'tap'
import {
  clientFile,
  type Ending,
  type Fixture,
  hubEvents,
  MODEL,
  PROVIDER,
  type ReplyCaseFile,
  replyCases,
  requestCases,
  upstreamFile
} from './support/fixtures.ts'
import { loadSpokes, type Spoke } from './support/formats.ts'
import { type ReplyContent, replyContent, withoutTime } from './support/normal.ts'

/*
 * Each reply of `fixtures/replies` against the hub, one format at a time: what an upstream of the format sends reads as
 * the hub has it, however it is cut, and what the hub has is written as the format's file has it.
 */

type Tap = Pick<typeof t, 'same' | 'equal'>
const ENDINGS: readonly Ending[] = ['json', 'sse']
const TYPES = { json: 'application/json', sse: 'text/event-stream' } as const
const CREATED = 1_750_000_000

const spokes = await loadSpokes()
const requests = requestCases()
const plainest = requests.find(({ name }) => name === 'text')!

for (const fixture of replyCases()) {
  const { about } = fixture
  t.test(`reply ${fixture.name}: ${about.title}`, async t => {
    const hub = hubEvents(fixture)
    assertGrammar(hub)
    t.same([...replyFeaturesOf(hub)].sort(), about.features, 'case.json lists its features')
    t.same(unknown(fixture), [], 'every file belongs to a format')
    if (!hub.some(event => event.type === 'error')) golden(fixture.path('ir.json'), fold(hub))
    for (const spoke of spokes) {
      checkWritten(fixture, hub, spoke)
      if (about.upstreams.includes(spoke.id)) {
        for (const ending of ENDINGS) checkRead(t, fixture, hub, spoke, ending)
      } else t.notOk(tellsAll(fixture, hub, spoke), `${spoke.id} tells the whole case: list it in upstreams`)
    }
  })
}

function unknown(fixture: Fixture<ReplyCaseFile>): readonly string[] {
  const endings = ['json', 'sse', 'upstream.json', 'upstream.sse', 'error.json']
  const known = spokes.flatMap(({ id }) => endings.map(ending => `${id}.${ending}`))
  return fixture.files().filter(file => !['case.json', 'ir.json', 'ir.events.jsonl', ...known].includes(file))
}

/** comes tells whether any upstream of the case sends it in this form. */
function comes(fixture: Fixture<ReplyCaseFile>, ending: Ending): boolean {
  return fixture.about.upstreams.some(id => upstreamFile(fixture, id, ending) !== undefined)
}

/** wishesOf is what the client of the format who asked for this reply said about its form. */
function wishesOf(fixture: Fixture<ReplyCaseFile>, { id, format, asking }: Spoke): Partial<ReplyOptions> {
  const named = requests.find(({ name }) => name === fixture.about.request)
  const asked = named !== undefined && clientFile(named, id) !== undefined ? named : plainest
  const { dialect = [], context } = format.request.decode(
    asked.json(clientFile(asked, id)!),
    asking(MODEL, true).head
  ).reply
  return { dialect, context }
}

function checkWritten(fixture: Fixture<ReplyCaseFile>, hub: EventBatch, spoke: Spoke): void {
  const { id, format } = spoke
  const options = replyOptions({ id: 'exchange', created: CREATED, model: MODEL, ...wishesOf(fixture, spoke) })
  const error = hub.find(event => event.type === 'error')?.error
  if (error !== undefined) {
    const { status, body } = format.error.encode(error, 'exchange')
    golden(fixture.path(`${id}.error.json`), { status, body })
  } else if (comes(fixture, 'json')) golden(fixture.path(`${id}.json`), format.response.encode(fold(hub), options))
  // Before its first content a stream has not begun for the client, and an error is one of HTTP.
  if (!comes(fixture, 'sse') || !hub.some(commits)) return
  const encoder = format.response.encoder(options)
  const written = encoder.push([...hub])
  golden(fixture.path(`${id}.sse`), written + (error === undefined ? encoder.end() : encoder.fail(error)))
}

function checkRead(t: Tap, fixture: Fixture<ReplyCaseFile>, hub: EventBatch, spoke: Spoke, ending: Ending): void {
  const file = upstreamFile(fixture, spoke.id, ending)
  if (file === undefined) return
  const bytes = new TextEncoder().encode(fixture.text(file))
  const events = read(spoke, ending, [bytes])
  assertGrammar(events)
  const [found, wanted] = contents(events, hub)
  t.same(found.whole, wanted.whole, `${file} comes to what the hub has`)
  if (ending === 'json') return
  t.same(found.pieces, wanted.pieces, `${file} comes in the pieces that the hub has`)
  t.equal(cutsThatShow(spoke, bytes, events), '', `${file} reads alike wherever it is cut`)
  t.equal(cutsThatShow(spoke, withCrLf(bytes), events), '', `${file} reads alike with CRLF, wherever it is cut`)
}

/** tellsAll: an upstream that sent what the gateway writes in this format would tell all that the hub has. */
function tellsAll(fixture: Fixture<ReplyCaseFile>, hub: EventBatch, spoke: Spoke): boolean {
  return ENDINGS.every(ending => {
    const file = `${spoke.id}.${ending}`
    if (!fixture.has(file)) return true
    const [found, wanted] = contents(read(spoke, ending, [new TextEncoder().encode(fixture.text(file))]), hub)
    return isDeepStrictEqual(ending === 'sse' ? found : found.whole, ending === 'sse' ? wanted : wanted.whole)
  })
}

/** contents are what two replies say; when they were made only if the first one says so. */
function contents(events: EventBatch, hub: EventBatch): readonly [ReplyContent, ReplyContent] {
  const timed = events.some(event => event.type === 'start' && event.created !== undefined)
  const [found, wanted] = [replyContent(events), replyContent(hub)]
  return timed ? [found, wanted] : [withoutTime(found), withoutTime(wanted)]
}

function read({ format }: Spoke, ending: Ending, chunks: readonly Uint8Array[]): EventBatch {
  const head = { status: 200, headers: { 'content-type': TYPES[ending] } }
  return decodeAll(format.response.decoder(head, { provider: PROVIDER, model: MODEL }, undefined), chunks)
}

function withCrLf(bytes: Uint8Array): Uint8Array {
  return new TextEncoder().encode(new TextDecoder().decode(bytes).replaceAll('\n', '\r\n'))
}

/** A long stream is cut in two at some of its bytes; that each is a border once is among the `chunkings`. */
const MAX_CUTS = 1000

/** cutsThatShow names the first cut that changes what is read. */
function cutsThatShow(spoke: Spoke, bytes: Uint8Array, events: EventBatch): string {
  const wanted = text(events)
  for (const { name, chunks } of chunkings(bytes)) if (text(read(spoke, 'sse', chunks)) !== wanted) return name
  const step = Math.ceil(bytes.length / MAX_CUTS)
  for (let at = 1; at < bytes.length; at += step) {
    if (text(read(spoke, 'sse', [bytes.subarray(0, at), bytes.subarray(at)])) !== wanted) return `at byte ${at}`
  }
  return ''
}

/** An error has more to it than JSON shows; its words are enough to compare. */
function text(events: EventBatch): string {
  return JSON.stringify(events, (_key, value) => (value instanceof Error ? value.message : value))
}
