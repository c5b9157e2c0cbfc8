import t, { type Test } from 'tap'
import {
  type EndpointOptions,
  endpointFrom,
  type Middleware,
  type Provider,
  providerFrom,
  type ResultFormat,
  resultCall
} from '../../src/contract/index.ts'
import { type EmbedReply, type EmbedRequest, featuresOf } from '../../src/ir/index.ts'
import { leaveOut } from '../../src/ir/leave-out.ts'
import { inParts } from '../../src/pipeline/embed-parts.ts'
import { fakeUpstream, gate, type RecordedRequest, type Script } from '../../src/testing/fake-upstream.ts'
import { isObject, resultDecoder } from '../../src/wire/index.ts'
import { harness } from './support/harness.ts'
import { tiny, tinyTable } from './support/tiny-format.ts'

/** A format of vectors in a few lines: `{ model, texts }`, answered with `{ vectors, tokens }`. */
const vectors: ResultFormat<EmbedRequest, EmbedReply> = {
  id: 'tiny-vectors',
  operation: 'embed',
  features: tinyTable(),
  forward: { request: [], response: ['x-tiny-left'] },
  request: {
    decode(body) {
      const { model, texts } = body as { readonly model: string; readonly texts: readonly string[] }
      return { op: 'embed', model, inputs: texts, ingress: { format: 'tiny-vectors' } }
    },
    encode: ({ inputs }, { model }) => ({
      body: { model, texts: inputs },
      gaps: inputs.includes('odd') ? [{ feature: 'embed.task', action: 'dropped' }] : []
    })
  },
  response: {
    decoder: (head, target, _context, rewrite) =>
      resultDecoder(
        head,
        target.provider,
        ({ vectors, tokens, model }) =>
          Array.isArray(vectors)
            ? {
                op: 'embed',
                model: String(model),
                vectors,
                ...(typeof tokens === 'number' && { usage: { input: { fresh: tokens }, output: {} } })
              }
            : undefined,
        rewrite
      ),
    encode: ({ vectors, usage, model }) => ({ vectors, tokens: usage?.input.fresh ?? null, model })
  },
  error: tiny().error
}
const json = { 'content-type': 'application/json' }

/** embedder answers each text with its length, and counts a token for each. */
const embedder = (request: Pick<RecordedRequest, 'json'>, left = 9) => {
  const { texts } = request.json() as { readonly texts: readonly string[] }
  const body = { vectors: texts.map(text => [text.length]), tokens: texts.length, model: `of ${texts.length}` }
  return { headers: { ...json, 'x-tiny-left': String(left) }, steps: [JSON.stringify(body)] }
}
const busy = { status: 503, headers: json, steps: ['{}'] }

interface Setup {
  readonly scripts: readonly Script[]
  readonly options?: Partial<EndpointOptions<unknown, EmbedRequest>>
  readonly middleware?: Readonly<Record<string, Middleware>>
}

async function setUp(t: Test, { scripts, options = {}, middleware = {} }: Setup) {
  const upstreams = await Promise.all(scripts.map(script => fakeUpstream(script)))
  t.teardown(() => Promise.all(upstreams.map(upstream => upstream.close())))
  const providers: Record<string, Provider> = {}
  upstreams.forEach(({ origin }, at) => {
    const endpoints = [endpointFrom(vectors, { path: '/vectors', maxInputs: 2, ...options })]
    providers[`v${at}`] = providerFrom(tiny(), { baseUrl: origin, path: '/tiny', known: [{ id: 'm' }], endpoints })
  })
  const h = await harness(t, { providers, middleware, call: resultCall(vectors) })
  return { h, upstreams, ask: (texts: readonly string[]) => h.ask({ model: 'm', texts }) }
}

const textsOf = (requests: readonly RecordedRequest[]) => requests.map(request => request.json().texts)

t.test('more inputs than an endpoint takes are sent in parts, and answered as one', async t => {
  let left = 9
  const { h, upstreams, ask } = await setUp(t, { scripts: [request => embedder(request, left--)] })
  const reply = await ask(['a', 'bb', 'ccc', 'dddd', 'eeeee'])
  t.equal(reply.status, 200)
  t.equal(reply.headers.get('x-tiny-left'), '7', 'the headers are those of the last part')
  t.same(await reply.json(), { vectors: [[1], [2], [3], [4], [5]], tokens: 5, model: 'of 2' })
  t.same(textsOf(upstreams[0]!.requests), [['a', 'bb'], ['ccc', 'dddd'], ['eeeee']])
  const summary = await h.settled()
  t.match(summary, { outcome: 'ok', usage: { input: { fresh: 5 } } })
  t.equal(summary.attempts.length, 1, 'the parts are one attempt')
})

t.test('titles go with the inputs they belong to', async t => {
  const request = { op: 'embed', model: 'm', inputs: ['a', 'b', 'c'], ingress: { format: 'tiny' } } as const
  t.same(
    inParts({ ...request, titles: ['A', 'B', 'C'] }, 2)?.map(({ inputs, titles }) => [inputs, titles]),
    [
      [
        ['a', 'b'],
        ['A', 'B']
      ],
      [['c'], ['C']]
    ]
  )
  t.equal(inParts(request, 3), undefined)
  t.equal(inParts(request, undefined), undefined)
})

t.test('what an endpoint takes goes out as it is', async t => {
  const { upstreams, ask } = await setUp(t, { scripts: [embedder] })
  t.same(await (await ask(['a', 'bb'])).json(), { vectors: [[1], [2]], tokens: 2, model: 'of 2' })
  t.equal(upstreams[0]!.requests.length, 1)
})

t.test('a part that fails fails the attempt, and the next candidate is asked for all of it', async t => {
  let asked = 0
  const { h, upstreams, ask } = await setUp(t, {
    scripts: [request => (asked++ === 1 ? busy : embedder(request)), embedder]
  })
  const reply = await ask(['a', 'bb', 'ccc', 'dddd'])
  t.equal(reply.headers.get('x-isthmus-provider'), 'v1')
  t.match(await reply.json(), { vectors: [[1], [2], [3], [4]], tokens: 4 })
  t.same(
    upstreams.map(({ requests }) => requests.length),
    [2, 2]
  )
  t.match((await h.settled()).attempts, [
    { target: 'v0/m', outcome: 'failed', status: 503 },
    { target: 'v1/m', outcome: 'ok' }
  ])
})

t.test('a part whose answer is none fails the attempt', async t => {
  let asked = 0
  const nothing = { headers: json, steps: ['{}'] }
  const { ask } = await setUp(t, { scripts: [request => (asked++ === 1 ? nothing : embedder(request))] })
  const reply = await ask(['a', 'bb', 'ccc'])
  t.equal(reply.status, 502)
  t.match(await reply.json(), { tinyError: 'ISTHMUS_UPSTREAM_PROTOCOL' })
})

t.test('usage that one part does not tell is not told of the whole', async t => {
  const script: Script = request => {
    const answer = embedder(request)
    const body = JSON.parse(answer.steps[0] as string)
    if (isObject(body) && body.model === 'of 1') delete body.tokens
    return { ...answer, steps: [JSON.stringify(body)] }
  }
  const { ask } = await setUp(t, { scripts: [script] })
  t.match(await (await ask(['a', 'bb', 'ccc'])).json(), { vectors: [[1], [2], [3]], tokens: null })
})

t.test('a client that leaves stops the part that is under way, and no other is sent', async t => {
  const hold = gate()
  const { h, upstreams } = await setUp(t, {
    scripts: [request => ({ ...embedder(request), steps: [{ head: true }, { wait: hold }] })]
  })
  const leaving = new AbortController()
  const asked = h.ask({ model: 'm', texts: ['a', 'bb', 'ccc'] }, {}, leaving.signal)
  const request = await upstreams[0]!.next()
  leaving.abort()
  await t.rejects(asked)
  h.exchanges[0]?.cancel()
  t.equal(await request.closed, 'aborted')
  t.equal((await h.settled()).outcome, 'cancelled')
  t.equal(upstreams[0]!.requests.length, 1)
  hold.open()
})

t.test('a cancellation between two parts sends nothing more', async t => {
  let asked = 0
  const middleware: Middleware = {
    attempt(x) {
      if (++asked === 2) (x as unknown as { cancel(): void }).cancel()
    }
  }
  const { h, upstreams, ask } = await setUp(t, { scripts: [embedder], middleware: { leaver: middleware } })
  await ask(['a', 'bb', 'ccc']).catch(() => undefined)
  t.equal((await h.settled()).outcome, 'cancelled')
  t.equal(upstreams[0]!.requests.length, 1)
})

t.test('a part that cannot be encoded fails the attempt', async t => {
  const path = ({ inputs }: EmbedRequest) => {
    if (inputs.includes('ccc')) throw new Error('no path for it')
    return '/vectors'
  }
  const { ask } = await setUp(t, { scripts: [embedder], options: { path } })
  const reply = await ask(['a', 'bb', 'ccc'])
  t.equal(reply.status, 500)
  t.match(await reply.json(), { tinyError: 'ISTHMUS_INTERNAL' })
})

t.test('what was lost in any part is reported', async t => {
  const { ask } = await setUp(t, { scripts: [embedder] })
  for (const texts of [
    ['odd', 'a', 'b'],
    ['a', 'b', 'odd']
  ]) {
    t.equal((await ask(texts)).headers.get('x-isthmus-gaps'), 'embed.task=dropped')
  }
})

t.test('titles of single inputs stay with them, and go with what the vectors are for', async t => {
  const request: EmbedRequest = {
    op: 'embed',
    model: 'm',
    inputs: ['one', 'two', 'three'],
    titles: ['First', '', 'Third'],
    ingress: { format: 'tiny-vectors' }
  }
  t.same(
    inParts(request, 2)?.map(({ inputs, titles }) => [inputs, titles]),
    [
      [
        ['one', 'two'],
        ['First', '']
      ],
      [['three'], ['Third']]
    ]
  )
  t.ok(featuresOf(request).has('embed.task'))
  t.notOk('titles' in leaveOut(request, ['embed.task']))
})
