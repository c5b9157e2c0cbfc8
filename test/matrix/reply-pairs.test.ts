import { commits, FEATURES, type Gap, type IrEvent } from '@isthmus/core'
import { type Answer, decodeAll, replyOptions } from '@isthmus/core/testing'
import t from 'tap'
import {
  clientFile,
  type Ending,
  type FailureCaseFile,
  type Fixture,
  failureCases,
  hubEvents,
  type JsonObject,
  MODEL,
  PROVIDER,
  type ReplyCaseFile,
  replyCases,
  requestCases,
  type Told,
  upstreamFile
} from './support/fixtures.ts'
import { loadSpokes, type Spoke, type Streaming, WAYS } from './support/formats.ts'
import { common, samePieces, steadyReply, verbatim } from './support/normal.ts'
import { type Heard, type Rig, rig } from './support/rig.ts'

/*
 * Every provider's format × every ingress × every reply and failure, through the running gateway: what the upstream's
 * file says is answered, and what the client hears must be what the client's file says.
 */

const spokes = await loadSpokes()
const requests = requestCases()
const TYPES = { json: 'application/json', sse: 'text/event-stream' } as const

for (const upstream of spokes) {
  t.test(`replies of ${upstream.id}`, async t => {
    const gateway = await rig(t, spokes, upstream)
    for (const client of spokes) {
      await t.test(`${client.id} ← ${upstream.id}`, async t => {
        for (const fixture of replyCases()) {
          for (const [asks, ending] of FORMS) await checkReply(t, gateway, fixture, { client, upstream, asks, ending })
        }
        for (const way of WAYS[client.id]?.otherStreams ?? []) {
          for (const fixture of replyCases()) await checkFraming(t, gateway, fixture, client, upstream, way)
        }
        for (const fixture of failureCases()) await checkFailure(t, gateway, fixture, client, upstream)
      })
    }
  })
}

/** What the client asks for, and what the upstream answers with: some servers stream though nobody asked, or do not. */
const FORMS: readonly (readonly [asks: Ending, ending: Ending])[] = [
  ['json', 'json'],
  ['sse', 'sse'],
  ['json', 'sse'],
  ['sse', 'json']
]

interface Pair {
  readonly client: Spoke
  readonly upstream: Spoke
  readonly asks: Ending
  readonly ending: Ending
}

async function checkReply(t: Tap, gateway: Rig, fixture: Fixture<ReplyCaseFile>, pair: Pair): Promise<void> {
  const { client, upstream, asks, ending } = pair
  const { about } = fixture
  const file = upstreamFile(fixture, upstream.id, ending)
  if (file === undefined || !about.upstreams.includes(upstream.id)) return
  const name = `${fixture.name}, ${ending} to ${asks}`
  const answer = { headers: { 'content-type': TYPES[ending] }, steps: [fixture.text(file)] }
  const heard = await ask(gateway, client, about.request, asks, answer)
  const hub = hubEvents(fixture)
  const failed = hub.some(event => event.type === 'error')
  // What was lost before the error may or may not have been seen.
  if (!failed) t.same(told(heard.summary.gaps), about.gaps?.[client.id] ?? {}, `${name}: the report names what is lost`)
  t.equal(heard.summary.outcome, failed ? 'failed' : 'ok', `${name}: the outcome`)
  if (failed && (asks === 'json' || !hub.some(commits))) {
    checkTold(t, heard, fixture.json(`${client.id}.error.json`) as Told, name)
    return
  }
  t.equal(heard.status, 200, `${name}: is answered`)
  const sent = events(upstream, TYPES[ending], fixture.text(file))
  const named = nameOf(sent)
  const steady = withoutChance(heard, /"created(_at)?":/.test(fixture.text(file)), client)
  // Each format has ids of its own form.
  const plain = (text: string): string =>
    steady(named === '' ? text : text.replaceAll(`"${named}"`, `"${nameOf(hub)}"`))
  if (client === upstream && about.gaps?.[client.id] === undefined && !failed) {
    const inPieces = asks === 'sse' && ending === 'sse' && !about.reordered
    const said = verbatim(sent, inPieces)
    const told = verbatim(events(client, TYPES[asks], heard.text), inPieces)
    const both = WAYS[client.id]?.echoes ? common(told, said) : told
    t.same(both, said, `${name}: nothing is lost, vendor members included`)
  } else if (asks === 'sse' && (ending === 'json' || !samePieces(sent, hub))) {
    // In how many pieces it comes is not the file's; what it comes to is.
    if (!fixture.has(`${client.id}.sse`)) return
    const [heardWhole, fileWhole] = [heard.text, fixture.text(`${client.id}.sse`)].map(text =>
      verbatim(events(client, TYPES[asks], plain(text)), false)
    )
    t.same(heardWhole, fileWhole, `${name}: comes to what ${client.id}.sse comes to`)
  } else if (asks === 'sse') {
    t.equal(plain(heard.text), plain(fixture.text(`${client.id}.sse`)), `${name}: as ${client.id}.sse has it`)
  } else if (fixture.has(`${client.id}.json`)) {
    t.same(
      JSON.parse(plain(heard.text)),
      JSON.parse(plain(fixture.text(`${client.id}.json`))),
      `${name}: as the file has it`
    )
  }
}

/** checkFraming: a stream that is framed in another way comes to the same. */
async function checkFraming(
  t: Tap,
  gateway: Rig,
  fixture: Fixture<ReplyCaseFile>,
  client: Spoke,
  upstream: Spoke,
  way: Streaming
): Promise<void> {
  const file = upstreamFile(fixture, upstream.id, 'sse')
  const { request, upstreams } = fixture.about
  if (
    file === undefined ||
    !upstreams.includes(upstream.id) ||
    hubEvents(fixture).some(({ type }) => type === 'error')
  ) {
    return
  }
  const answer = { headers: { 'content-type': TYPES.sse }, steps: [fixture.text(file)] }
  const heard = await ask(gateway, client, request, way, answer)
  const usual = await ask(gateway, client, request, 'sse', answer)
  const type = heard.headers.get('content-type') ?? ''
  t.not(type, usual.headers.get('content-type'), `${fixture.name}: is framed in another way`)
  const [told, wanted] = [
    verbatim(events(client, type, heard.text), true),
    verbatim(events(client, TYPES.sse, usual.text), true)
  ]
  t.same(told, wanted, `${fixture.name}: says the same`)
}

async function checkFailure(
  t: Tap,
  gateway: Rig,
  fixture: Fixture<FailureCaseFile>,
  client: Spoke,
  upstream: Spoke
): Promise<void> {
  const file = `${upstream.id}.upstream.json`
  if (!fixture.has(file)) return
  const { status, headers = {}, body } = fixture.json(file) as Told
  const steps = [typeof body === 'string' ? body : JSON.stringify(body)]
  for (const asks of ['json', 'sse'] as const) {
    const heard = await ask(gateway, client, undefined, asks, { status, headers, steps })
    checkTold(t, heard, fixture.json(`${client.id}.json`) as Told, `${fixture.name} to ${asks}`)
    t.equal(heard.summary.kind, fixture.about.error.kind, `${fixture.name} to ${asks}: is of the kind`)
  }
}

type Tap = Pick<typeof t, 'same' | 'not' | 'equal' | 'match'>

/** ask sends what a client asks: the named request if its format can say it, else the plainest one. */
function ask(
  gateway: Rig,
  client: Spoke,
  name: string | undefined,
  asks: Ending | Streaming,
  answer: Answer
): Promise<Heard> {
  const named = requests.find(fixture => fixture.name === name && clientFile(fixture, client.id) !== undefined)
  const fixture = named ?? requests.find(({ name }) => name === 'text')!
  const body = fixture.json(clientFile(fixture, client.id)!) as JsonObject
  const { url, members } = client.asking(`${PROVIDER}/${MODEL}`, typeof asks === 'string' ? asks === 'sse' : asks)
  return gateway.ask(url, { ...body, ...members }, answer)
}

function checkTold(t: Tap, heard: Heard, { status, headers = {}, body }: Told, name: string): void {
  t.equal(heard.status, status, `${name}: the status`)
  t.same(JSON.parse(withoutChance(heard)(heard.text)), body, `${name}: the error`)
  const found = Object.keys(headers).map(header => [header, heard.headers.get(header)])
  t.same(Object.fromEntries(found), headers, `${name}: the headers`)
}

/**
 * withoutChance takes out what differs from run to run: the exchange's id, the time where the upstream gives none, and
 * what depends on how the chunks fall: keep-alives.
 */
function withoutChance({ headers }: Heard, timed = true, client?: Spoke): (text: string) => string {
  const id = headers.get('x-isthmus-id') ?? ''
  const ping = client?.format.response.encoder(replyOptions()).ping?.() ?? ''
  return text => {
    const named = id === '' ? text : text.replaceAll(id, 'exchange').replaceAll(id.replaceAll('-', ''), 'exchange')
    const untimed = timed ? named : named.replace(/"(created|created_at)": ?\d+/g, '"$1":0')
    const steady = ping === '' ? untimed : untimed.replaceAll(ping, '')
    return steadyReply(steady)
  }
}

const nameOf = (events: readonly IrEvent[]): string => events.find(event => event.type === 'start')?.id ?? ''

function events({ format }: Spoke, type: string, text: string): readonly IrEvent[] {
  const head = { status: 200, headers: { 'content-type': type } }
  const decoder = format.response.decoder(head, { provider: PROVIDER, model: MODEL }, undefined)
  return decodeAll(decoder, [new TextEncoder().encode(text)])
}

/** told are the losses of the reply; those of the request have a test of their own. */
function told(gaps: readonly Gap[]): Readonly<Record<string, string>> {
  const ofReply = gaps.filter(({ feature }) => FEATURES[feature].class === 'reply')
  return Object.fromEntries(ofReply.map(({ feature, action }) => [feature, action]))
}
