import { type EmbedReply, type EmbedRequest, isGatewayError } from '@isthmus/core'
import { decodeAll, replyOptions, requestHead } from '@isthmus/core/testing'
import { base64Of } from '@isthmus/core/wire'
import fc from 'fast-check'
import t from 'tap'
import { embeddings } from '../src/index.ts'

const head = { status: 200, headers: { 'content-type': 'application/json' } }
const target = { provider: 'acme', model: 'm' }
const read = (body: unknown, inputs?: number) => {
  const decoder = embeddings.response.decoder(head, target, inputs === undefined ? undefined : { inputs })
  const [event] = decodeAll(decoder, [new TextEncoder().encode(JSON.stringify(body))])
  if (event?.type === 'error') throw event.error
  if (event?.type !== 'result' || event.reply.op !== 'embed') throw new Error('no vectors')
  return event.reply
}
const row = (embedding: unknown, index?: number) => ({ object: 'embedding', embedding, index })
const request = (members: object = {}) =>
  embeddings.request.decode({ model: 'asked', input: 'a', ...members }, requestHead())
const write = (reply: Partial<EmbedReply>, asked: EmbedRequest = request()) =>
  embeddings.response.encode({ op: 'embed', model: 'm', vectors: [[1]], ...reply }, asked, replyOptions()) as {
    readonly data: readonly { readonly embedding: unknown }[]
    readonly [member: string]: unknown
  }
const formOf = (vector: EmbedReply['vectors'][number], members: object) =>
  write({ vectors: [vector] }, request(members)).data[0]?.embedding

t.test('vectors stand in the order of their index, and where they came if it is missing', async t => {
  t.same(read({ data: [row([3], 2), row([1], 0), row([2], 1)] }).vectors, [[1], [2], [3]])
  t.same(read({ data: [row([1]), row([2])] }).vectors, [[1], [2]])
  t.same(read({ data: [row('AAAA', 1), row([2], 0)] }).vectors, [[2], 'AAAA'])
})

t.test('a reply that is none, or not to this request, is an error of the upstream', async t => {
  const told = { code: 'FORMAT_EMBEDDINGS_COUNT', message: "The provider 'acme' answered 2 inputs with 1 vectors" }
  t.throws(() => read({ data: [row([1], 0)] }, 2), told)
  t.throws(() => read({ data: [] }, 1), { code: 'FORMAT_EMBEDDINGS_COUNT' })
  for (const embedding of [null, '', {}, [], [null], [[1]], 7]) {
    t.throws(() => read({ data: [row(embedding, 0)] }), { code: 'FORMAT_EMBEDDINGS_VECTOR' }, JSON.stringify(embedding))
  }
  t.throws(() => read({ data: [null] }), { code: 'FORMAT_EMBEDDINGS_VECTOR' })
  t.throws(() => read({ vectors: [] }), { code: 'ISTHMUS_UPSTREAM_PROTOCOL' })
  const limited = { error: { message: 'slow down', code: 429, type: 'rate_limit_exceeded' } }
  t.throws(() => read(limited), { kind: 'upstream_limited', message: 'slow down' })
})

t.test('usage is read and written, what it cost is not shown', async t => {
  const usage = { prompt_tokens: 7, total_tokens: 7, cost: 1.4e-7, is_byok: false, request_count: null }
  const reply = read({ data: [row([1], 0)], model: 'm', usage })
  t.match(reply.usage, { input: { fresh: 7 }, cost: { amount: 1.4e-7, currency: 'USD' } })
  t.same(write(reply).usage, { prompt_tokens: 7, total_tokens: 7, request_count: null })
  t.same(write({ usage: { input: { fresh: 5 }, output: {} } }).usage, { prompt_tokens: 5, total_tokens: 5 })
  t.notOk('usage' in write({ usage: { input: {}, output: {} } }), 'unknown is not zero')
  t.notOk('usage' in write({}))
})

t.test('a reply that names no model says the one that was asked for', async t => {
  t.equal(write({ model: '' }).model, replyOptions().model)
})

t.test('vectors are converted only if the client named the other form', async t => {
  const base64 = 'AAAAPwAAgL4='
  t.same(formOf([0.5, -0.25], { encoding_format: 'base64' }), base64)
  t.same(formOf(base64, { encoding_format: 'float' }), [0.5, -0.25])
  t.same(formOf(base64, {}), base64)
  t.same(formOf([0.5], {}), [0.5])
  t.same(formOf([0.5], { encoding_format: 'float' }), [0.5])
  t.same(formOf(base64, { encoding_format: 'base64' }), base64)
})

t.test('bytes that are no list of floats are never passed off as one', async t => {
  for (const [vector, dimensions] of [
    ['AAAA', undefined],
    ['no base64!', undefined],
    ['AAAAPwAAgL4=', 8]
  ] as const) {
    try {
      formOf(vector, { encoding_format: 'float', ...(dimensions && { dimensions }) })
      t.fail(`${vector} was read as floats`)
    } catch (thrown) {
      t.ok(isGatewayError(thrown) && thrown.code === 'FORMAT_EMBEDDINGS_VECTOR')
    }
  }
})

t.test('a vector of 32-bit floats survives both forms bit by bit', async () => {
  const floats = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 50 })
  fc.assert(
    fc.property(floats, vector => {
      const base64 = formOf(vector, { encoding_format: 'base64' })
      const back = formOf(base64 as string, { encoding_format: 'float' }) as readonly number[]
      return (
        base64 === base64Of(back) && back.length === vector.length && back.every((it, at) => Object.is(it, vector[at]))
      )
    })
  )
})

t.test('any request that is read is written back as it was, and its reply too', async () => {
  const words = fc.string({ minLength: 1 })
  const ids = fc.array(fc.nat(), { minLength: 1 })
  const input = fc.oneof(words, fc.array(fc.string(), { minLength: 1 }), ids, fc.array(ids, { minLength: 1 }))
  const body = fc.record(
    {
      model: words,
      input,
      dimensions: fc.integer({ min: 1, max: 4096 }),
      encoding_format: fc.constantFrom('float', 'base64', 'ubinary'),
      user: words,
      input_type: words
    },
    { requiredKeys: ['model', 'input'], noNullPrototype: true }
  )
  fc.assert(
    fc.property(body, wire => {
      const decoded = embeddings.request.decode(wire, requestHead())
      const encoded = embeddings.request.encode(decoded, { provider: 'acme', model: decoded.model })
      t.same(encoded.body, wire)
      t.same(encoded.gaps, [])
    })
  )
})

t.test('no reply makes the decoder throw', async () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.record({ data: fc.array(fc.jsonValue()) })), body => {
      const decoder = embeddings.response.decoder(head, target, { inputs: 1 })
      const events = decodeAll(decoder, [new TextEncoder().encode(JSON.stringify(body))])
      return events.length === 2 && events[1]?.type === 'end'
    })
  )
})
