import type { GenerateRequest, IrEvent } from '@isthmus/core'
import t from 'tap'
import { systemClock } from '../src/clock.ts'
import { simulator } from '../src/simulator.ts'
import { ask, fakeClock, hear, send } from './support/exchange.ts'
import { irWire } from './support/ir-wire.ts'

const WHOLE = { reply: { stream: false } } satisfies Partial<GenerateRequest>
const wordsOf = (events: readonly IrEvent[]) => events.filter(event => event.type === 'part_delta').length
const errorOf = (events: readonly IrEvent[]) => {
  const found = events.find(event => event.type === 'error')
  return found?.type === 'error' ? found.error : undefined
}

/** Asks a model that answers with an error status. */
async function refused(model: string, request = ask('hi')) {
  const provider = simulator(irWire, 0, fakeClock())
  const { head, body } = await send(provider, provider.encode(request, { provider: 'simulator', model }))
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return { ...provider.decodeError(head, Buffer.concat(chunks)), status: head.status, headers: head.headers }
}

t.test('fail answers with its status and an error in the shape of the wire', async t => {
  t.match(await refused('fail'), { status: 500, kind: 'internal', message: 'Simulated: internal error' })
  t.match(await refused('fail:401'), { status: 401, kind: 'authentication' })
  t.match(await refused('fail:418'), { status: 418, kind: 'invalid_request', message: 'Simulated: status 418' })
  t.match(await refused('fail:529'), { status: 529, kind: 'overloaded' })
  t.match(await refused('fail:599'), { status: 599, kind: 'internal' })
  t.match(await refused('fail:context'), { status: 400, kind: 'context_length' })
  t.match(await refused('fail:policy'), { status: 400, kind: 'content_policy' })
  t.match(await refused('fail:503', ask('hi', WHOLE)), { status: 503, kind: 'overloaded' })
})

t.test('fail says when to try again', async t => {
  t.equal((await refused('fail:429')).headers['retry-after'], '1')
  t.equal((await refused('fail:429@1500ms')).headers['retry-after'], '2')
  t.equal((await refused('fail:500')).headers['retry-after'], undefined)
})

t.test('a name that cannot be read is refused with what was expected', async t => {
  t.match(await refused('nobody'), { status: 404, kind: 'not_found', message: /'nobody'; there are echo, inspect/ })
  t.match(await refused('constructor'), { status: 404, kind: 'not_found' })
  t.match(await refused('tokens:many'), { status: 400, message: /'many' .* expected a number/ })
  t.match(await refused('tokens@soon'), { status: 400, message: /'soon' .* expected a time/ })
  t.match(await refused('slow-head:2000000s'), { status: 400, message: /at most a day/ })
  t.match(await refused('fail:200'), { status: 400, message: /a status from 400 to 599, context or policy/ })
  t.match(await refused('echo:5'), { status: 400, message: /nothing after the colon/ })
  t.match(await refused('call:500', ask('hi')), { status: 400, message: /at most 128 calls/ })
})

t.test('slow-head is silent before its head', async t => {
  const heard = await hear(irWire, 'slow-head:3s@0ms', ask('hi'))
  t.strictSame(heard.slept, [3000])
})

t.test('unreachable gives no reply at all', async t => {
  await t.rejects(hear(irWire, 'unreachable', ask('hi')), { code: 'ECONNREFUSED' })
})

t.test('empty answers with status 200 and nothing', async t => {
  for (const change of [{}, WHOLE]) {
    const { head, events, chunks } = await hear(irWire, 'empty', ask('hi', change))
    t.strictSame([head.status, chunks], [200, 0])
    t.equal(errorOf(events)?.kind, 'upstream_protocol')
  }
})

t.test('cut ends after its tokens without an end', async t => {
  const { events } = await hear(irWire, 'cut:3', ask('hi'))
  t.equal(wordsOf(events), 3)
  t.match(errorOf(events), { code: 'ISTHMUS_UPSTREAM_CLOSED' })
  t.notOk(events.some(event => event.type === 'finish'))
  t.match(errorOf((await hear(irWire, 'cut', ask('hi', WHOLE))).events), { kind: 'upstream_protocol' })
})

t.test('an answer that is shorter than the tokens before its fault still breaks off', async t => {
  const tools = [{ type: 'function', name: 'clock' }] as const
  const { events } = await hear(irWire, 'cut:50', ask('hi', { tools, toolChoice: { type: 'required' } }))
  t.match(errorOf(events), { code: 'ISTHMUS_UPSTREAM_CLOSED' })
  const limited = await hear(irWire, 'cut:50', ask('hi', { output: { maxTokens: 3 } }))
  t.match(errorOf(limited.events), { code: 'ISTHMUS_UPSTREAM_CLOSED' })
})

t.test('error-in-stream sends an error after its tokens', async t => {
  const { head, events } = await hear(irWire, 'error-in-stream:2', ask('hi'))
  t.equal(head.status, 200)
  t.equal(wordsOf(events), 2)
  t.match(errorOf(events)?.message, /overloaded/)
  const first = await hear(irWire, 'error-in-stream:0', ask('hi'))
  t.equal(wordsOf(first.events), 0)
  const whole = await hear(irWire, 'error-in-stream', ask('hi', WHOLE))
  t.equal(whole.head.status, 200)
  t.match(errorOf(whole.events)?.message, /overloaded/)
})

t.test('garbage sends bytes that are no answer', async t => {
  const { events } = await hear(irWire, 'garbage:2', ask('hi'))
  t.equal(wordsOf(events), 2)
  t.equal(errorOf(events)?.kind, 'upstream_protocol')
  t.equal(errorOf((await hear(irWire, 'garbage', ask('hi', WHOLE))).events)?.kind, 'upstream_protocol')
})

t.test('reset breaks the body off with an error', async t => {
  for (const change of [{}, WHOLE]) {
    await t.rejects(hear(irWire, 'reset:2', ask('hi', change)), { code: 'ECONNRESET' })
  }
})

t.test('stall sends its tokens, then nothing until it is aborted', async t => {
  for (const change of [{}, WHOLE]) {
    const provider = simulator(irWire, 0, fakeClock())
    const abort = new AbortController()
    const target = { provider: 'simulator', model: 'stall:4' }
    const { head, body } = await send(provider, provider.encode(ask('hi', change), target), abort.signal)
    const decoder = provider.decoder(target, head, undefined)
    const chunks = body[Symbol.asyncIterator]()
    const first = await chunks.next()
    const events = decoder.push(first.value)
    if (change !== WHOLE) t.equal(wordsOf(events), 4)
    let settled = false
    const next = chunks.next().finally(() => {
      settled = true
    })
    for (let turn = 0; turn < 5; turn++) await new Promise(resolve => setImmediate(resolve))
    t.notOk(settled, 'nothing comes')
    abort.abort()
    await t.rejects(next, { name: 'AbortError' })
  }
})

t.test('an abort ends every kind of waiting at once, and leaves no timer behind', async t => {
  const provider = simulator(irWire, 60_000, systemClock)
  const waits = [
    ['slow-head:3600s', {}],
    ['tokens@3600s', WHOLE],
    ['tokens:5', {}],
    ['stall:0', {}]
  ] as const
  for (const [model, change] of waits) {
    const abort = new AbortController()
    const upstream = provider.encode(ask('hi', change), { provider: 'simulator', model })
    const reading = (async () => {
      const { body } = await send(provider, upstream, abort.signal)
      for await (const _chunk of body) setImmediate(() => abort.abort())
    })()
    if (model.includes('3600')) setImmediate(() => abort.abort())
    await t.rejects(reading, { name: 'AbortError' }, model)
  }
  t.strictSame(
    process.getActiveResourcesInfo().filter(name => name === 'Timeout'),
    []
  )
})

t.test('a request that was aborted before is not answered', async t => {
  const provider = simulator(irWire, 0, fakeClock())
  const upstream = provider.encode(ask('hi'), { provider: 'simulator', model: 'echo' })
  await t.rejects(send(provider, upstream, AbortSignal.abort()), { name: 'AbortError' })
})

t.test('a body that the wire refuses is answered with status 4xx or 5xx, not thrown', async t => {
  const provider = simulator(irWire, 0, fakeClock())
  const upstream = provider.encode(ask('hi'), { provider: 'simulator', model: 'echo' })
  const { head } = await send(provider, { ...upstream, body: '[1]' })
  t.ok(head.status >= 400)
})
