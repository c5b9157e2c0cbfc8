import {
  createError,
  defineIngress,
  defineMeter,
  defineMiddleware,
  type Ingress,
  ingressFrom,
  type Meter,
  type Middleware,
  textDelta,
  unfold
} from '@isthmus/core'
import {
  type Case,
  type IngressCaseOptions,
  ingressCases,
  meterCases,
  middlewareCases,
  sampleReplies
} from '@isthmus/core/testing'
import t from 'tap'
import { Type } from 'typebox'
import type { MessageCall } from '../../src/contract/index.ts'
import type { GenerateRequest } from '../../src/ir/index.ts'
import { plainFormat } from './plain-format.ts'

const SOUND = {
  name: 'plain',
  api: 1,
  summary: 'A plugin of the kit.',
  stability: 'experimental',
  options: Type.Object({}, { additionalProperties: false })
} as const
const REFUSED = createError('TESTING_REFUSED', 'permission', 'Refused')

async function failures(cases: readonly Case[]): Promise<string[]> {
  const failed: string[] = []
  for (const { name, run } of cases) {
    try {
      await run()
    } catch {
      failed.push(name)
    }
  }
  return failed
}

const ingress = (change: (sound: Ingress) => Partial<Ingress> = () => ({})) =>
  defineIngress({
    ...SOUND,
    setup() {
      const sound = ingressFrom(plainFormat, {
        routes: [
          { method: 'POST', path: '/plain/generate', operation: 'generate' },
          { method: 'GET', path: '/plain/models', operation: 'models' }
        ],
        prefixes: ['/plain'],
        idHeaders: ['x-plain-id'],
        claims: head => head.headers['x-plain'] !== undefined
      })
      return { ...sound, ...change(sound) }
    }
  })
const hello = { messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }], tools: [] }
const client = {
  name: 'a hello',
  body: { ...hello, model: 'm', sampling: {}, output: {}, reply: { stream: true }, ingress: { format: 'plain' } },
  model: 'm',
  texts: ['hi'],
  stream: true
}
const given: IngressCaseOptions = { format: plainFormat, requests: [client] }

t.test('an ingress without a fault passes every case', async t => {
  for (const { name, run } of ingressCases(ingress(), given)) await t.resolves(async () => run(), name)
})

/** withCall gives the routes of an ingress with its calls changed. */
const withCall = ({ routes }: Ingress, change: (call: MessageCall) => MessageCall): Partial<Ingress> => ({
  routes: routes.map(route =>
    'calls' in route ? { ...route, calls: route.calls.map(call => change(call as MessageCall)) } : route
  )
})

const INGRESS_FAULTS: readonly { fault: string; change: (sound: Ingress) => Partial<Ingress>; found: RegExp }[] = [
  { fault: 'no route', change: () => ({ routes: [] }), found: /can be mounted/ },
  { fault: 'a route twice', change: ({ routes }) => ({ routes: [...routes, ...routes] }), found: /can be mounted/ },
  { fault: 'a prefix without its slash', change: () => ({ prefixes: ['plain'] }), found: /can be mounted/ },
  {
    fault: 'a request read wrongly',
    change: sound =>
      withCall(sound, call => ({ ...call, decode: (body, head) => ({ ...call.decode(body, head), model: 'x' }) })),
    found: /a hello is read/
  },
  {
    fault: 'another shape of error',
    change: () => ({ encodeError: () => ({ status: 200, body: 'no' }) }),
    found: /internal has a status/
  },
  { fault: 'models without names', change: () => ({ encodeModel: () => ({}) }), found: /names each model/ },
  {
    fault: 'an encoder that throws in the middle',
    change: sound =>
      withCall(sound, call => ({
        ...call,
        encoder: options => ({ ...call.encoder(options), end: () => JSON.parse('{') })
      })),
    found: /is written, whole, streamed and broken off/
  },
  {
    fault: 'a failure that is not told',
    change: sound =>
      withCall(sound, call => ({ ...call, encoder: options => ({ ...call.encoder(options), fail: () => '' }) })),
    found: /is written, whole, streamed and broken off/
  }
]
for (const { fault, change, found } of INGRESS_FAULTS) {
  t.test(`the kit finds an ingress with ${fault}`, async t => {
    t.match((await failures(ingressCases(ingress(change), given))).join('\n'), found)
  })
}

const meter = (contribution: Partial<Meter>) =>
  defineMeter({ ...SOUND, setup: () => ({ record() {}, ...contribution }) })

t.test('a meter without a fault passes every case', async t => {
  for (const { name, run } of meterCases(meter({ flush: async () => {} }))) await t.resolves(async () => run(), name)
})

t.test('the kit finds a meter that waits, edits or fails to flush', async t => {
  const waiting = (async () => {}) as unknown as Meter['record']
  t.match(await failures(meterCases(meter({ record: waiting }))), [
    'record and journal take every outcome and return at once'
  ])
  const editing: Meter['record'] = summary => void Object.assign(summary, { seen: true })
  t.match((await failures(meterCases(meter({ record: editing })))).join(), /record and journal/)
  t.match(
    (await failures(meterCases(meter({ flush: () => Promise.reject(new Error('full')) })))).join(),
    /flush may come first/
  )
})

const middleware = (contribution: Middleware) => defineMiddleware({ ...SOUND, setup: () => contribution })

t.test('middleware that only looks, refuses, answers or rewrites passes every case', async t => {
  const sound: readonly Middleware[] = [
    {},
    { events: () => ({ on: ['usage'], push: batch => batch }) },
    {
      admit() {
        throw REFUSED()
      }
    },
    { request: x => x.answer(unfold(sampleReplies()[0]!.response).take()) },
    {
      request(x) {
        x.request = { ...x.request, model: 'fast' }
      }
    },
    {
      async *around(_x, next) {
        yield* next()
      }
    }
  ]
  for (const contribution of sound) t.strictSame(await failures(middlewareCases(middleware(contribution))), [])
})

t.test('the kit finds middleware that edits requests, breaks the order of events or throws something else', async t => {
  const found = async (contribution: Middleware) =>
    (await failures(middlewareCases(middleware(contribution)))).join('\n')
  t.match(
    await found({ request: x => void ((x.request as GenerateRequest).messages as unknown[]).pop() }),
    /request: one question/
  )
  t.match(await found({ request: () => JSON.parse('{') }), /request: one question/)
  const dropping: Middleware = { events: () => ({ push: batch => batch.filter(event => event.type !== 'finish') }) }
  t.match(await found(dropping), /reply: one sentence stays in order/)
  const late: Middleware = { events: () => ({ push: batch => batch, end: () => [textDelta(0, 0, 'text', 'late')] }) }
  t.match(await found(late), /reply: one sentence stays in order/)
  const batchwise: Middleware = {
    events: () => ({ push: batch => (batch.length > 1 ? batch : batch.filter(event => event.type !== 'usage')) })
  }
  t.match(await found(batchwise), /alike however it is batched/)
  t.match(await found({ events: () => ({ on: ['never' as 'end'], push: batch => batch }) }), /stays in order/)
})
