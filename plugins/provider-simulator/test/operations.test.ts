import {
  type CompleteRequest,
  type CountRequest,
  type EmbedReply,
  type EmbedRequest,
  type Endpoint,
  fold,
  type IrEvent,
  type IrRequest,
  type IrResponse,
  type Operation,
  type OperationReply,
  type Provider
} from '@isthmus/core'
import { assertGrammar } from '@isthmus/core/testing'
import { floatsOf } from '@isthmus/core/wire'
import t from 'tap'
import { KNOWN_MODELS } from '../src/models.ts'
import { simulator } from '../src/simulator.ts'
import { WIRES, type Wire } from '../src/wires.ts'
import { ask, fakeClock, hear, says, send } from './support/exchange.ts'

const ingress = { format: 'kit' }
const complete = (prompts: CompleteRequest['prompts'], change: Partial<CompleteRequest> = {}): CompleteRequest => ({
  op: 'complete',
  model: '',
  prompts,
  sampling: {},
  output: {},
  reply: { stream: false },
  ingress,
  ...change
})
const embed = (inputs: EmbedRequest['inputs'], change: Partial<EmbedRequest> = {}): EmbedRequest => ({
  op: 'embed',
  model: '',
  inputs,
  ingress,
  ...change
})
const count = (input: CountRequest['input']): CountRequest => ({ op: 'count_tokens', model: '', input, ingress })

class Refused extends Error {
  readonly code: string
  constructor(kind: string) {
    super('refused')
    this.code = kind
  }
}

const endpointOf = (provider: Provider, operation: Operation): Endpoint | undefined =>
  provider.endpoints?.find(endpoint => endpoint.operation === operation)

/** run sends a request of an operation as the pipeline would, and gives its events. */
async function run(wire: Wire, model: string, request: IrRequest): Promise<readonly IrEvent[]> {
  const provider = simulator(wire, 0, fakeClock())
  const endpoint = endpointOf(provider, request.op)
  if (endpoint === undefined) throw new Error(`no endpoint for ${request.op}`)
  const target = { provider: 'simulator', model }
  if (endpoint.answer !== undefined) return endpoint.answer(request, target)
  const upstream = endpoint.encode(request, target)
  const { head, body } = await send(provider, upstream)
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  if (head.status !== 200) throw new Refused(endpoint.decodeError(head, Buffer.concat(chunks)).kind)
  const decoder = endpoint.decoder(target, head, upstream.context)
  const events = [...chunks.flatMap(chunk => decoder.push(chunk)), ...decoder.end()]
  assertGrammar(events)
  return events
}

function resultOf(events: readonly IrEvent[]): OperationReply | undefined {
  const found = events.find(event => event.type === 'result')
  return found?.type === 'result' ? found.reply : undefined
}
const textsOf = (reply: IrResponse): readonly string[] =>
  reply.choices.map(({ parts }) => parts.map(part => (part.type === 'text' ? part.text : '')).join(''))
const vectorsOf = async (wire: Wire, model: string, request: EmbedRequest) => {
  const reply = resultOf(await run(wire, model, request)) as EmbedReply
  return reply.vectors.map(vector => (typeof vector === 'string' ? (floatsOf(vector) ?? []) : vector))
}
const likeness = (one: readonly number[] = [], other: readonly number[] = []): number =>
  one.reduce((sum, number, at) => sum + number * (other[at] ?? 0), 0)
const having = (operation: 'complete' | 'embed') =>
  Object.entries<Wire>(WIRES).filter(([, wire]) => wire[operation] !== undefined)

t.test('more answers than an upstream would give are refused', async t => {
  const wire = WIRES['chat-completions']
  const n = (count: number) => ({ output: { n: count } })
  await t.rejects(run(wire, 'echo', complete(['one'], n(1e9))), { code: 'upstream_rejected' })
  await t.rejects(run(wire, 'echo', complete(Array<string>(100).fill('one'), n(100))), { code: 'upstream_rejected' })
  const many = fold(await run(wire, 'echo', complete(['one'], n(128))))
  t.equal(many.choices.length, 128)
})

for (const [name, wire] of having('complete')) {
  t.test(`${name}: prompts are completed, each as often as was asked`, async t => {
    for (const stream of [false, true]) {
      const reply = { reply: { stream } }
      const plain = fold(await run(wire, 'echo', complete(['one two'], reply)))
      t.strictSame(textsOf(plain), ['one two'])
      t.match(plain, { model: 'echo', usage: { input: { fresh: 2 }, output: { total: 2 } } })
      const several = complete(['one', [7, 8]], { ...reply, output: { n: 2 } })
      t.strictSame(textsOf(fold(await run(wire, 'echo', several))), ['one', 'one', '7 8', '7 8'])
      const repeated = fold(await run(wire, 'tokens:2', complete(['Say:'], { ...reply, echo: true })))
      t.strictSame(textsOf(repeated), ['Say:Lorem ipsum'])
      t.equal(repeated.usage?.output.total, 2, 'what is repeated was not made')
      const cut = fold(await run(wire, 'echo', complete(['one two three'], { ...reply, output: { maxTokens: 2 } })))
      t.match(cut.choices[0], { parts: [{ text: 'one two' }], finish: { reason: 'length' } })
      const stopped = fold(await run(wire, 'echo', complete(['one two'], { ...reply, output: { stop: [' two'] } })))
      t.strictSame(textsOf(stopped), ['one'])
      const failed = await run(wire, 'error-in-stream:1', complete(['hi'], reply))
      t.ok(failed.some(event => event.type === 'error'))
    }
    await t.rejects(run(wire, 'fail:429', complete(['hi'])), { code: 'upstream_limited' })
  })
}

for (const [name, wire] of having('embed')) {
  t.test(`${name}: texts that share words have vectors that are near each other`, async t => {
    const inputs = ['the cat sat on the mat', 'on the mat a cat sat', 'prime numbers', '']
    const request = embed(inputs)
    const vectors = await vectorsOf(wire, 'embed', request)
    t.strictSame(await vectorsOf(wire, 'embed', request), vectors, 'the same every time')
    t.strictSame(
      vectors.map(vector => vector.length),
      [256, 256, 256, 256]
    )
    for (const vector of vectors) t.ok(Math.abs(likeness(vector, vector) - 1) < 1e-5, 'of length one')
    t.ok(likeness(vectors[0], vectors[1]) > likeness(vectors[0], vectors[2]) + 0.3)
    t.strictSame(
      (await vectorsOf(wire, 'embed:8', embed(['a']))).map(vector => vector.length),
      [8]
    )
    t.strictSame(
      (await vectorsOf(wire, 'embed', embed(['a'], { dimensions: 12 }))).map(vector => vector.length),
      [12]
    )
    await t.rejects(run(wire, 'embed', embed(['a'], { dimensions: 5000 })), { code: 'upstream_rejected' })
    await t.rejects(run(wire, 'embed:0', embed(['a'])), { code: 'upstream_rejected' })
  })

  t.test(`${name}: what goes wrong goes wrong with vectors as well`, async t => {
    await t.rejects(run(wire, 'fail:503', embed(['a'])), { code: 'upstream_overloaded' })
    await t.rejects(run(wire, 'unreachable', embed(['a'])), { code: 'ECONNREFUSED' })
    await t.rejects(run(wire, 'reset', embed(['a'])), { code: 'ECONNRESET' })
    await t.rejects(run(wire, 'nobody', embed(['a'])), { code: 'not_found' })
    for (const model of ['cut', 'garbage', 'empty', 'error-in-stream']) {
      const events = await run(wire, model, embed(['a']))
      t.ok(
        events.some(event => event.type === 'error'),
        model
      )
    }
  })
}

t.test('token ids, images and base64 are embedded where the wire has them', async t => {
  const wire = WIRES['chat-completions']
  const ids = await vectorsOf(wire, 'embed', embed([[1, 2]]))
  t.strictSame(ids, await vectorsOf(wire, 'embed', embed(['1 2'])))
  const image = { type: 'image', source: { kind: 'inline', mime: 'image/png', data: 'AAECAw==' } } as const
  const [seen] = await vectorsOf(wire, 'embed', embed([[image]]))
  t.equal(seen?.length, 256)
  const asked = embed(['one two'], { encoding: 'base64', ingress: { format: 'embeddings' } })
  const coded = resultOf(await run(wire, 'embed', asked)) as EmbedReply
  t.type(coded.vectors[0], 'string')
  t.strictSame(await vectorsOf(wire, 'embed', asked), await vectorsOf(wire, 'embed', embed(['one two'])))
})

for (const [name, wire] of Object.entries<Wire>(WIRES)) {
  t.test(`${name}: the count of a prompt is what its usage says`, async t => {
    const tools = [{ type: 'function', name: 'clock', description: 'Tells the time of day.' }] as const
    const messages = [says('system', 'Be brief.'), says('user', 'one'), says('assistant', 'two'), says('user', 'three')]
    const request = ask(messages, { tools })
    const { usage } = (await hear(wire, 'echo', request)).reply()
    const { fresh = 0, cacheRead = 0 } = usage?.input ?? {}
    const counted = resultOf(await run(wire, 'echo', count(request)))
    t.match(counted, { inputTokens: fresh + cacheRead, estimated: false })
    t.ok(fresh + cacheRead > 10)
    if (wire.count === undefined) return
    await t.rejects(run(wire, 'fail:500', count(request)), { code: 'upstream_unavailable' })
    await t.rejects(run(wire, 'nobody', count(request)), { code: 'not_found' })
  })

  t.test(`${name}: each model is offered for what it does`, async t => {
    const provider = simulator(wire, 0, fakeClock())
    const serving = (model: string): readonly string[] =>
      [provider, ...(provider.endpoints ?? [])]
        .filter(endpoint => endpoint.serves?.(model) ?? true)
        .map(endpoint => endpoint.operation ?? 'generate')
    const vectors = wire.embed === undefined ? [] : ['embed']
    t.strictSame(serving('embed:64'), vectors)
    t.notOk(serving('echo').includes('embed'))
    t.match(serving('echo'), ['generate', 'count_tokens'])
    for (const model of ['fail:429', 'cut@1ms', 'nobody']) {
      t.ok(serving(model).includes('generate'), model)
      t.equal(serving(model).includes('embed'), vectors.length > 0, model)
    }
    t.ok(KNOWN_MODELS.some(({ id }) => id === 'embed'))
  })

  t.test(`${name}: a model that is asked for what it does not do says so`, async t => {
    const provider = simulator(wire, 0, fakeClock())
    const { head } = await send(provider, provider.encode(ask('hi'), { provider: 'simulator', model: 'embed' }))
    t.equal(head.status, 400)
    if (wire.embed !== undefined) await t.rejects(run(wire, 'echo', embed(['a'])), { code: 'upstream_rejected' })
  })
}
