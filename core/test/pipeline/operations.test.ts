import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import {
  type ClientCall,
  type Endpoint,
  endpointFrom,
  type MessageFormat,
  type Middleware,
  messageCall,
  type Provider,
  providerFrom,
  type ResultFormat,
  resultCall
} from '../../src/contract/index.ts'
import { createError } from '../../src/errors/index.ts'
import type {
  CompleteRequest,
  CountReply,
  CountRequest,
  EmbedReply,
  EmbedRequest,
  Feature,
  FeatureTable
} from '../../src/ir/index.ts'
import { fakeUpstream, type Script } from '../../src/testing/fake-upstream.ts'
import { resultDecoder } from '../../src/wire/index.ts'
import { harness } from './support/harness.ts'
import { sse, tiny, tinyTable } from './support/tiny-format.ts'

const base = tiny()
interface TextBody {
  readonly model: string
  readonly prompts: readonly (string | readonly number[])[]
  readonly stream?: boolean
  readonly members?: Partial<CompleteRequest>
}

/** The tiny format for text completions: `{ model, prompts, stream, members }`, with replies as the other has them. */
const text: MessageFormat<CompleteRequest> = {
  ...base,
  id: 'tiny-text',
  operation: 'complete',
  features: tinyTable({ 'reply.reasoning': 'dropped' }),
  request: {
    decode(body) {
      const { model, prompts, stream = false, members = {} } = body as TextBody
      const ingress = { format: 'tiny-text' }
      return { op: 'complete', model, prompts, sampling: {}, output: {}, reply: { stream }, ingress, ...members }
    },
    encode: ({ prompts, reply }, { model }) => ({ body: { model, prompts, stream: reply.stream }, gaps: [] })
  }
}

/** A format of counts: `{ model, text }`, answered with `{ count }`. */
const counts: ResultFormat<CountRequest, CountReply> = {
  id: 'tiny-count',
  operation: 'count_tokens',
  features: tinyTable(),
  forward: { request: [], response: [] },
  request: {
    decode: (body, head) => {
      const input = base.request.decode(body, head)
      return { op: 'count_tokens', model: input.model, input, ingress: input.ingress }
    },
    encode: ({ input }, { model }) => ({ body: { model, turns: input.messages.length }, gaps: [] })
  },
  response: {
    decoder: (head, target, _context, rewrite) =>
      resultDecoder(
        head,
        target.provider,
        ({ count }) => ({ op: 'count_tokens', inputTokens: Number(count), estimated: false }),
        rewrite
      ),
    encode: ({ inputTokens }) => ({ count: inputTokens })
  },
  error: base.error
}

/** Vectors that nobody here can make. */
const vectors: ResultFormat<EmbedRequest, EmbedReply> = {
  ...counts,
  id: 'tiny-vectors',
  operation: 'embed',
  request: {
    decode: () => ({ op: 'embed', model: 'm', inputs: ['a'], ingress: { format: 'tiny-vectors' } }),
    encode: () => ({ body: {}, gaps: [] })
  },
  response: { decoder: counts.response.decoder, encode: () => ({}) }
}

const json = { 'content-type': 'application/json' }
const hello = { headers: json, steps: [JSON.stringify({ say: 'hello', done: true })] }
const helloStream = {
  headers: { 'content-type': 'text/event-stream' },
  steps: [sse({ say: 'hel' }, { say: 'lo' }, { done: true })]
}
const textEndpoint = endpointFrom(text, { path: '/text' })

interface Setup {
  readonly call: ClientCall
  readonly scripts?: readonly Script[]
  readonly features?: Partial<FeatureTable>
  readonly endpoints?: readonly (readonly Endpoint[])[]
}

async function setUp(t: Test, { call, scripts = [hello], features = {}, endpoints = [] }: Setup) {
  const upstreams = await Promise.all(scripts.map(script => fakeUpstream(script)))
  t.teardown(() => Promise.all(upstreams.map(upstream => upstream.close())))
  const providers: Record<string, Provider> = {}
  upstreams.forEach(({ origin }, at) => {
    const more = endpoints[at] ?? []
    providers[`p${at}`] = providerFrom(tiny(features), {
      baseUrl: origin,
      path: '/tiny',
      known: [{ id: 'm' }],
      endpoints: more
    })
  })
  const h = await harness(t, {
    providers,
    call,
    models: { aliases: { all: Object.keys(providers).map(id => `${id}/m`) } }
  })
  return { h, requests: () => upstreams.map(({ requests }) => requests.map(({ url }) => url)), upstreams }
}

const refusal = async (reply: Response) => ({ status: reply.status, ...((await reply.json()) as object) })

t.test('a text completion goes to the endpoint for it, whole and streamed', async t => {
  for (const stream of [false, true]) {
    const scripts = [stream ? helloStream : hello]
    const { h, requests, upstreams } = await setUp(t, { call: messageCall(text), scripts, endpoints: [[textEndpoint]] })
    const reply = await h.ask({ model: 'm', prompts: ['Once'], stream })
    t.equal(reply.headers.get('x-isthmus-gaps'), null)
    const body = await reply.text()
    if (stream) t.equal(body, 'data: "hel"\n\ndata: "lo"\n\ndata: bye\n\n')
    else t.match(JSON.parse(body), { said: 'hello' })
    t.same(requests(), [['/text']])
    t.same(upstreams[0]?.requests[0]?.json(), { model: 'm', prompts: ['Once'], stream })
    t.match(await h.settled(), { outcome: 'ok', target: 'p0/m', stream, gaps: [] })
  }
})

t.test('without such an endpoint a conversation stands in, and every report says so', async t => {
  for (const stream of [false, true]) {
    const { h, requests } = await setUp(t, { call: messageCall(text), scripts: [stream ? helloStream : hello] })
    const reply = await h.ask({ model: 'm', prompts: ['Once'], stream })
    t.equal(reply.headers.get('x-isthmus-gaps'), 'complete.prompt=emulated')
    const body = await reply.text()
    if (stream) t.equal(body, 'data: "hel"\n\ndata: "lo"\n\ndata: bye\n\n')
    else t.match(JSON.parse(body), { said: 'hello' })
    t.same(requests(), [['/tiny']])
    t.match((await h.settled()).gaps, [{ feature: 'complete.prompt', action: 'emulated' }])
  }
})

t.test('what the reply of a stand-in says beyond the client’s format is reported', async t => {
  const thought = { headers: json, steps: [JSON.stringify({ think: 'hm', say: 'hello', done: true })] }
  const { h } = await setUp(t, { call: messageCall(text), scripts: [thought] })
  const reply = await h.ask({ model: 'm', prompts: ['Once'] })
  t.equal(reply.headers.get('x-isthmus-gaps'), 'complete.prompt=emulated, reply.reasoning=dropped')
})

t.test('what no endpoint can say of a completion is refused by name, and nobody is asked', async t => {
  const members: readonly (readonly [object, Feature])[] = [
    [{ prompts: ['a', 'b'] }, 'complete.prompts'],
    [{ prompts: [[1, 2]] }, 'complete.tokens'],
    [{ members: { suffix: 'end' } }, 'complete.suffix'],
    [{ members: { echo: true } }, 'complete.echo']
  ]
  const features: Partial<FeatureTable> = Object.fromEntries(
    members.map(([, feature]) => [feature, 'rejected' as const])
  )
  const { h, requests } = await setUp(t, { call: messageCall(text), features })
  for (const [change, feature] of members) {
    const reply = await h.ask({ model: 'm', prompts: ['Once'], ...change })
    const { status, ...told } = await refusal(reply)
    t.equal(status, 400)
    t.match(told, { tinyError: 'ISTHMUS_PLAN_NO_CANDIDATE', message: new RegExp(`p0/m lacks ${feature} `) }, feature)
  }
  t.same(requests(), [[]])
})

t.test('a candidate that fails hands over to one that stands in, and only that one is reported', async t => {
  const busy = { status: 503, headers: json, steps: ['{}'] }
  const { h, requests } = await setUp(t, {
    call: messageCall(text),
    scripts: [busy, hello],
    endpoints: [[textEndpoint], []]
  })
  const reply = await h.ask({ model: 'all', prompts: ['Once'] })
  t.equal(reply.headers.get('x-isthmus-provider'), 'p1')
  t.equal(reply.headers.get('x-isthmus-gaps'), 'complete.prompt=emulated')
  t.same(requests(), [['/text'], ['/tiny']])
})

t.test('a conversation goes to the endpoint that loses least, and its reply is read by that one', async t => {
  const other = { ...tiny(), id: 'tiny-other' }
  const endpoint = endpointFrom(other, { path: '/other', headers: { 'x-way': 'other' } })
  const { h, requests, upstreams } = await setUp(t, {
    call: messageCall(base),
    features: { 'output.stop': 'rejected', 'sampling.temperature': 'dropped' },
    endpoints: [[endpoint]]
  })
  t.equal((await h.ask({ model: 'm', text: 'hi' })).status, 200)
  t.equal((await h.ask({ model: 'm', text: 'hi', stop: ['.'] })).status, 200)
  const mild = await h.ask({ model: 'm', text: 'hi', temperature: 0.5 })
  t.equal(mild.headers.get('x-isthmus-gaps'), null)
  t.same(requests(), [['/tiny', '/other', '/other']])
  t.equal(upstreams[0]?.requests[1]?.headers['x-way'], 'other')
})

t.test('an endpoint is asked only for the models it serves', async t => {
  const endpoint = endpointFrom(text, { path: '/text', serves: model => model.endsWith('-instruct') })
  const { h, requests } = await setUp(t, { call: messageCall(text), endpoints: [[endpoint]] })
  await h.ask({ model: 'p0/m', prompts: ['Once'] })
  await h.ask({ model: 'p0/m-instruct', prompts: ['Once'] })
  t.same(requests(), [['/tiny', '/text']])
})

t.test('tokens are counted where somebody counts them', async t => {
  const counted = { headers: json, steps: ['{"count":42}'] }
  const endpoints = [[endpointFrom(counts, { path: '/count' })]]
  const { h, requests } = await setUp(t, { call: resultCall(counts), scripts: [counted], endpoints })
  const reply = await h.ask({ model: 'm', text: 'hi' })
  t.equal(reply.headers.get('x-isthmus-estimated'), null)
  t.same(await reply.json(), { count: 42 })
  t.same(requests(), [['/count']])
})

t.test('elsewhere they are estimated without asking anybody, and the reply says so', async t => {
  const { h, requests } = await setUp(t, { call: resultCall(counts) })
  const reply = await h.ask({ model: 'm', text: 'hi there' })
  t.equal(reply.status, 200)
  t.equal(reply.headers.get('x-isthmus-estimated'), 'true')
  const { count } = (await reply.json()) as { readonly count: number }
  t.ok(Number.isInteger(count) && count > 0 && count < 20, String(count))
  t.same(requests(), [[]])
  t.match(await h.settled(), { outcome: 'ok', target: 'p0/m', attempts: [{ outcome: 'ok' }] })
  const unknown = await h.ask({ model: 'nobody/knows', text: 'hi' })
  t.equal(unknown.status, 404, 'of a model that there is')
})

t.test('an operation that no endpoint has is 400, says what is lacking, and asks nobody', async t => {
  const { h, requests } = await setUp(t, { call: resultCall(vectors), endpoints: [[textEndpoint]] })
  const told = await refusal(await h.ask({ model: 'm' }))
  t.match(told, {
    status: 400,
    tinyError: 'ISTHMUS_PLAN_NO_CANDIDATE',
    message: /p0\/m lacks an endpoint for embeddings/
  })
  t.same(requests(), [[]])
  t.match(await h.settled(), { outcome: 'failed', attempts: [] })
})

t.test('a feature that only its values show to be impossible is left out where the rules let it go', async t => {
  const provider = providerFrom(base, { baseUrl: '', path: '/tiny' })
  const tools = [{ type: 'hosted', kind: 'web_search', native: { format: 'other', object: {} } } as const]
  const refused = createError('TEST_HOSTED', 'unsupported', 'No %s')
  const picky: Provider = {
    ...provider,
    baseUrl: 'http://picky.invalid',
    encode(request, target) {
      if (request.tools.length > 0) throw refused.with({ feature: 'tools.hosted' }, 'search')
      return provider.encode(request, target)
    },
    send: async () => ({
      head: { status: 200, headers: json },
      body: Readable.from([Buffer.from('{"say":"hi","done":true}')])
    })
  }
  const withTools: Middleware = {
    request(x) {
      if (x.request.op === 'generate') x.request = { ...x.request, tools }
    }
  }
  const h = await harness(t, { providers: { picky }, middleware: { withTools } })
  const ask = (policy: string) => h.ask({ model: 'picky/m', text: 'hi' }, { 'x-isthmus-gaps': policy })
  const reply = await ask('report')
  t.equal(reply.status, 200)
  t.match(reply.headers.get('x-isthmus-gaps'), 'tools.hosted=dropped')
  await reply.text()
  t.equal((await ask('emulate')).status, 400)
})
