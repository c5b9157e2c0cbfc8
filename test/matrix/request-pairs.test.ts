import { type Gap, ISTHMUS_PLAN_NO_CANDIDATE } from '@isthmus/core'
import type { Answer } from '@isthmus/core/testing'
import t from 'tap'
import {
  clientFile,
  type Fixture,
  type JsonObject,
  MODEL,
  PROVIDER,
  type RequestCaseFile,
  replyCases,
  requestCases,
  upstreamFile,
  writtenFile
} from './support/fixtures.ts'
import { loadSpokes, type Spoke, WAYS } from './support/formats.ts'
import { type Rig, rig } from './support/rig.ts'

/*
 * Every ingress × every provider's format × every request, through the running gateway: what the client's file says is
 * sent, and what the upstream is sent must be what the upstream's file says.
 */

const spokes = await loadSpokes()
const requests = requestCases()
const NO_CANDIDATE = ISTHMUS_PLAN_NO_CANDIDATE.code
const answered = replyCases().find(({ name }) => name === 'text')!

for (const upstream of spokes) {
  t.test(`requests to ${upstream.id}`, async t => {
    const gateway = await rig(t, spokes, upstream)
    for (const client of spokes) {
      await t.test(`${client.id} → ${upstream.id}`, async t => {
        for (const fixture of requests) await check(t, gateway, fixture, client, upstream)
      })
    }
  })
  t.test(`${upstream.id} → ${upstream.id}: requests of which every message was replaced on its way`, async t => {
    const gateway = await rig(t, spokes, upstream, { fresh: true })
    for (const fixture of requests) {
      if (fixture.about.clients.includes(upstream.id)) await check(t, gateway, fixture, upstream, upstream)
    }
  })
}

async function check(
  t: Tap,
  gateway: Rig,
  fixture: Fixture<RequestCaseFile>,
  client: Spoke,
  upstream: Spoke
): Promise<void> {
  const { clients, gaps, rewritten, kept } = fixture.about
  const same = client === upstream
  const file = clientFile(fixture, client.id)
  // A client that cannot say the case asks for something else, which goes unchanged where both speak its format.
  if (file === undefined || (!same && !clients.includes(client.id)) || kept?.includes(client.id)) return
  const losses = gaps?.[upstream.id] ?? {}
  const body = fixture.json(file) as JsonObject
  const verbatim = same && !rewritten?.includes(client.id)
  const sends = verbatim ? file : writtenFile(fixture, upstream.id, same)
  for (const stream of [false, true]) {
    const name = `${fixture.name}${stream ? ', streamed' : ''}`
    const asking = client.asking(`${PROVIDER}/${MODEL}`, stream)
    const reply = answer(upstream, stream)
    const { status, sent, summary, text } = await gateway.ask(asking.url, { ...body, ...asking.members }, reply)
    if (!same && Object.values(losses).includes('rejected')) {
      t.equal(status, 400, `${name}: is refused`)
      t.equal(summary.kind, 'unsupported', `${name}: is refused for what it asks`)
      t.equal(sent, undefined, `${name}: nothing is sent`)
      if (summary.code !== NO_CANDIDATE) continue
      for (const feature of Object.keys(losses)) t.match(text, feature, `${name}: the client is told of ${feature}`)
      continue
    }
    t.equal(status, 200, `${name}: is answered`)
    const { stream: streamed, adds } = WAYS[upstream.id]!
    const wanted = { ...adds, ...(fixture.json(sends) as JsonObject), ...(stream && streamed.body) }
    t.same(sent?.json(), wanted, `${name}: is sent as ${sends} has it`)
    // Where both speak the client's format, what the format cannot say in general may have been said all the same.
    if (same) t.match(losses, told(summary.gaps), `${name}: the report names nothing else than what may be lost`)
    else t.same(told(summary.gaps), losses, `${name}: the report names what is lost, and nothing else`)
  }
}

type Tap = Pick<typeof t, 'same' | 'equal' | 'match'>

function answer(upstream: Spoke, stream: boolean): Answer {
  const file = upstreamFile(answered, upstream.id, stream ? 'sse' : 'json')!
  const type = stream ? 'text/event-stream' : 'application/json'
  return { headers: { 'content-type': type }, steps: [answered.text(file)] }
}

function told(gaps: readonly Gap[]): Readonly<Record<string, string>> {
  return Object.fromEntries(gaps.map(({ feature, action }) => [feature, action]))
}
