import { Readable } from 'node:stream'
import t from 'tap'
import { type Middleware, type Provider, providerFrom } from '../../src/contract/index.ts'
import type { FeatureTable, GenerateRequest, Reasoning } from '../../src/ir/index.ts'
import { harness } from './support/harness.ts'
import { tiny } from './support/tiny-format.ts'

const base = tiny()

interface Asked {
  readonly provider: Provider
  /** What its upstream was asked, as it was encoded. */
  readonly requests: GenerateRequest[]
}

/** asked is a provider that keeps what it is asked. */
function asked(ids: readonly string[], features: Partial<FeatureTable> = {}): Asked {
  const requests: GenerateRequest[] = []
  const format = {
    ...base,
    request: {
      ...base.request,
      encode(request: GenerateRequest, target: Parameters<typeof base.request.encode>[1]) {
        requests.push(request)
        return base.request.encode(request, target)
      }
    }
  }
  const provider = providerFrom(format, {
    path: '/tiny',
    features,
    known: ids.map(id => ({ id, reasoning: id === 'dull' ? false : {} })),
    send: async () => ({
      head: { status: 200, headers: { 'content-type': 'application/json' } },
      body: Readable.from([Buffer.from('{"say":"hi","done":true}')])
    })
  })
  return { provider, requests }
}

/** wishing is a client that says something about reasoning, for which the tiny format has no word. */
const wishing = (reasoning: Reasoning): Middleware => ({
  request(x) {
    x.request = { ...x.request, reasoning } as GenerateRequest
  }
})

t.test('the reply says which model and channel served it, and the record which alias it was', async t => {
  const one = asked(['m', 'n'])
  const h = await harness(t, { providers: { one: one.provider }, models: { aliases: { mine: ['one/n'] } } })
  const reply = await h.ask({ model: 'mine', text: 'hi' })
  t.equal(reply.headers.get('x-isthmus-provider'), 'one')
  t.equal(reply.headers.get('x-isthmus-model'), 'n')
  t.match(await h.settled(), { alias: 'mine', model: 'mine', target: 'one/n', outcome: 'ok' })
  await h.ask({ model: 'm', text: 'hi' })
  t.equal((await h.settled(2)).alias, undefined)
})

t.test('the defaults of an alias fill only what the client left open', async t => {
  const one = asked(['m'])
  const aliases = { calm: { targets: ['one/m'], defaults: { temperature: 0.1, maxOutputTokens: 50, effort: 'low' } } }
  const h = await harness(t, { providers: { one: one.provider }, models: { aliases } })
  await h.ask({ model: 'calm', text: 'hi' })
  await h.ask({ model: 'calm', text: 'hi', temperature: 0.9 })
  await h.ask({ model: 'm', text: 'hi' })
  const [open, said, other] = one.requests
  t.match(open, { sampling: { temperature: 0.1 }, output: { maxTokens: 50 }, reasoning: { mode: 'on', effort: 'low' } })
  t.match(said, { sampling: { temperature: 0.9 }, output: { maxTokens: 50 } })
  t.same(other?.sampling, {})
})

t.test('the gap policy of an alias holds where the client says nothing', async t => {
  const one = asked(['m'], { 'sampling.temperature': 'dropped' })
  const aliases = { strict: { targets: ['one/m'], defaults: { gaps: 'reject' } } }
  const h = await harness(t, { providers: { one: one.provider }, models: { aliases: aliases as never } })
  const hot = { model: 'strict', text: 'hi', temperature: 0.5 }
  t.match(await (await h.ask(hot)).json(), { tinyError: 'ISTHMUS_PLAN_NO_CANDIDATE' })
  t.equal((await h.ask(hot, { 'x-isthmus-gaps': 'report' })).status, 200)
  t.equal((await h.ask({ ...hot, model: 'm' })).status, 200)
})

t.test('`-thinking` turns reasoning on in what the upstream is asked', async t => {
  const one = asked(['m', 'dull'])
  const h = await harness(t, { providers: { one: one.provider } })
  const reply = await h.ask({ model: 'm-thinking', text: 'hi' })
  t.equal(reply.headers.get('x-isthmus-model'), 'm', 'the name is taken off')
  t.match(one.requests[0], { reasoning: { mode: 'on', source: 'suffix' } })
  t.match(await h.settled(), { model: 'm-thinking', target: 'one/m' })
  await h.ask({ model: 'm', text: 'hi' })
  t.equal(one.requests[1]?.reasoning, undefined)
  const refused = await h.ask({ model: 'dull-thinking', text: 'hi' })
  t.equal(refused.status, 400)
  t.match(await refused.json(), { tinyError: 'ISTHMUS_MODEL_NO_REASONING' })
  t.equal(one.requests.length, 2)
})

t.test(
  'what the client says of reasoning goes before the name, and both of them against each other are refused',
  async t => {
    const one = asked(['m'])
    const low = wishing({ mode: 'on', effort: 'low', expose: 'default', source: 'effort' })
    const h = await harness(t, { providers: { one: one.provider }, middleware: { low } })
    await h.ask({ model: 'm-thinking', text: 'hi' })
    t.match(one.requests[0], { reasoning: { mode: 'on', effort: 'low', source: 'effort' } })
    const off = wishing({ mode: 'off', expose: 'default', source: 'effort' })
    const g = await harness(t, { providers: { one: one.provider }, middleware: { off } })
    const reply = await g.ask({ model: 'm-thinking', text: 'hi' })
    t.equal(reply.status, 400)
    t.match(await reply.json(), { tinyError: 'ISTHMUS_MODEL_REASONING_OFF' })
    t.equal((await g.ask({ model: 'm', text: 'hi' })).status, 200)
  }
)

t.test('a name that asks for thoughts is stronger than an alias that wants none', async t => {
  const one = asked(['m'])
  const aliases = { quick: { targets: ['one/m'], defaults: { effort: 'none' } } }
  const h = await harness(t, { providers: { one: one.provider }, models: { aliases } })
  await h.ask({ model: 'quick', text: 'hi' })
  await h.ask({ model: 'quick-thinking', text: 'hi' })
  t.match(one.requests[0], { reasoning: { mode: 'off' } })
  t.match(one.requests[1], { reasoning: { mode: 'on', source: 'suffix' } })
  t.equal((await h.settled(2)).alias, 'quick')
})

t.test('a target may be for a group of callers only, or for long inputs', async t => {
  const one = asked(['m', 'n', 'long'])
  const grouping: Middleware = {
    request(x) {
      if (x.headers['x-tiny'] !== undefined) x.group = 'staff'
    }
  }
  const aliases = {
    mine: [{ model: 'one/long', when: { contextAbove: 500 } }, { model: 'one/n', when: { groups: ['staff'] } }, 'one/m']
  }
  const h = await harness(t, { providers: { one: one.provider }, middleware: { grouping }, models: { aliases } })
  const served = async (text: string, headers = {}) =>
    (await h.ask({ model: 'mine', text }, headers)).headers.get('x-isthmus-model')
  t.equal(await served('hi'), 'm')
  t.equal(await served('hi', { 'x-tiny': '1' }), 'n')
  t.equal(await served('word '.repeat(2000), { 'x-tiny': '1' }), 'long')
})

t.test(
  'an unknown name is refused in the client’s format with the nearest ones, and nothing of it breaks a log line',
  async t => {
    const one = asked(['owl-mini'])
    const h = await harness(t, { providers: { one: one.provider } })
    const reply = await h.ask({ model: 'owl-mni', text: 'hi' })
    t.equal(reply.status, 404)
    t.match(await reply.json(), { tinyError: 'ISTHMUS_MODEL_NOT_FOUND', message: /Did you mean 'owl-mini'/ })
    const evil = await h.ask({ model: 'owl\n\u001b[2J{"level":60}'.padEnd(900_000, 'x'), text: 'hi' })
    t.equal(evil.status, 404)
    const { message } = (await evil.json()) as { message: string }
    t.notMatch(message, /\p{Cc}/u)
    t.ok(message.length < 300)
  }
)
