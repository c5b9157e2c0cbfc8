import { type Feature, featuresOf, type GenerateRequest, isGatewayError, leaveOut } from '@isthmus/core'
import { golden } from '@isthmus/core/testing'
import t from 'tap'
import {
  clientFile,
  type Fixture,
  hubRequest,
  MODEL,
  PROVIDER,
  type RequestCaseFile,
  requestCases
} from './support/fixtures.ts'
import { loadSpokes, type Spoke, WAYS } from './support/formats.ts'
import { requestContent } from './support/normal.ts'

/*
 * Each request of `fixtures/requests` against the hub, one format at a time: what a client of the format sends reads as
 * the hub has it, and what the hub has is written as the format's file has it.
 */

const spokes = await loadSpokes()
const ids = spokes.map(({ id }) => id)

t.test('formats.json says of every format how to ask for a stream', async t => {
  t.same(Object.keys(WAYS).sort(), [...ids].sort())
})

for (const fixture of requestCases()) {
  const { about } = fixture
  t.test(`request ${fixture.name}: ${about.title}`, async t => {
    const hub = hubRequest(fixture)
    t.same([...featuresOf(hub)].sort(), about.features, 'case.json lists its features')
    t.same(unknown(fixture), [], 'every file belongs to a format')
    for (const spoke of spokes) {
      checkWritten(t, fixture, hub, spoke)
      checkRead(t, fixture, hub, spoke)
    }
  })
}

function unknown(fixture: Fixture<RequestCaseFile>): readonly string[] {
  const known = [
    'case.json',
    'ir.json',
    ...ids.flatMap(id => [`${id}.json`, `${id}.client.json`, `${id}.rewritten.json`])
  ]
  return fixture.files().filter(file => !known.includes(file))
}

/** checkWritten: without the file there is nothing to write, because the format refuses a feature of the case. */
function checkWritten(t: Tap, fixture: Fixture<RequestCaseFile>, hub: GenerateRequest, { id, format }: Spoke): void {
  const losses = Object.entries(fixture.about.gaps?.[id] ?? {}) as readonly [Feature, string][]
  // The kernel leaves out what a format drops before any encoder sees it; what depends on values the encoder drops.
  const dropped = losses.flatMap(([feature]) => (format.features[feature] === 'dropped' ? feature : []))
  const encode = () => format.request.encode(leaveOut(hub, dropped), { provider: PROVIDER, model: MODEL })
  if (!losses.some(([, action]) => action === 'rejected')) golden(fixture.path(`${id}.json`), encode().body)
  else if (!losses.some(([feature]) => format.features[feature] === 'rejected')) {
    t.equal(kindOf(encode), 'unsupported', `${id} refuses the case`)
  }
}

function kindOf(run: () => unknown): string | undefined {
  try {
    run()
  } catch (thrown) {
    return isGatewayError(thrown) ? thrown.kind : String(thrown)
  }
  return undefined
}

function checkRead(t: Tap, fixture: Fixture<RequestCaseFile>, hub: GenerateRequest, spoke: Spoke): void {
  const { id, format } = spoke
  const file = clientFile(fixture, id)
  const says = fixture.about.clients.includes(id)
  if (file === undefined) {
    t.notOk(says, `${id} has no file`)
    return
  }
  const read = requestContent(format.request.decode(fixture.json(file), spoke.asking(MODEL, false).head))
  if (says) t.same(read, requestContent(hub), `${file} says what the hub has`)
  else t.notSame(read, requestContent(hub), `${file} says the whole case: case.json should list it in clients`)
}

type Tap = Pick<typeof t, 'same' | 'notSame' | 'equal' | 'notOk'>
