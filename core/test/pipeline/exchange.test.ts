import t from 'tap'
import { gate } from '../../src/testing/fake-upstream.ts'
import { harness } from './support/harness.ts'
import { sse } from './support/tiny-format.ts'

const events = { 'content-type': 'text/event-stream' }
const json = { 'content-type': 'application/json' }
const hello = { headers: events, steps: [sse({ say: 'hel' }, { say: 'lo', tokens: 2 }, { done: true })] }
const whole = (say: string) => ({ headers: json, steps: [JSON.stringify({ say, tokens: 3, done: true })] })

t.test('a streamed reply reaches the client in its format, and is settled once', async t => {
  const h = await harness(t, { upstreams: [hello] })
  const reply = await h.ask({ model: 'up0/m', text: 'hi', stream: true })
  t.equal(reply.status, 200)
  t.equal(reply.headers.get('content-type'), 'text/event-stream')
  t.equal(reply.headers.get('x-isthmus-provider'), 'up0')
  t.equal(reply.headers.get('x-isthmus-model'), 'm')
  t.equal(await reply.text(), 'data: "hel"\n\ndata: "lo"\n\ndata: bye\n\n')
  const summary = await h.settled()
  t.match(summary, { outcome: 'ok', target: 'up0/m', model: 'up0/m', finish: 'stop', stream: true, status: 200 })
  t.equal(summary.usage?.output.total, 2)
  t.equal(reply.headers.get('x-isthmus-id'), summary.exchange)
  t.equal(h.summaries.length, 1)
  t.equal(h.pipeline.active, 0)
})

t.test('a whole reply is the fold of the events, with its length', async t => {
  const h = await harness(t, { upstreams: [whole('hello')] })
  const reply = await h.ask({ model: 'm', text: 'hi' })
  t.equal(reply.headers.get('content-type'), 'application/json; charset=utf-8')
  const text = await reply.text()
  t.equal(reply.headers.get('content-length'), String(text.length))
  t.match(JSON.parse(text), { said: 'hello' })
  t.equal(h.upstreams[0]?.requests[0]?.json().model, 'm')
})

t.test('the decoder of a request may keep something of it for the encoder of the reply', async t => {
  const h = await harness(t, { upstreams: [whole('hello')] })
  t.match(await (await h.ask({ model: 'm', text: 'hi', echo: { kept: 1 } })).json(), { echo: { kept: 1 } })
})

t.test('a client that waits for a whole reply gets the stream of an upstream folded', async t => {
  const h = await harness(t, { upstreams: [hello] })
  t.match(await (await h.ask({ model: 'm', text: 'hi' })).json(), { said: 'hello' })
})

t.test('a body that the format refuses is answered in the format, naming the member', async t => {
  const h = await harness(t, { upstreams: [hello] })
  const reply = await h.ask({ model: 7, text: 'hi' })
  t.equal(reply.status, 400)
  t.match(await reply.json(), { tinyError: 'ISTHMUS_REQUEST_INVALID', message: 'model: expected a string, got 7' })
  t.match(await h.settled(), { outcome: 'failed', code: 'ISTHMUS_REQUEST_INVALID', attempts: [] })
  t.equal(h.upstreams[0]?.requests.length, 0)
})

t.test('an unknown model is 404 with the nearest names', async t => {
  const h = await harness(t, { upstreams: [hello], models: { aliases: { 'my-model': 'up0/m' } } })
  const reply = await h.ask({ model: 'my-modle', text: 'hi' })
  t.equal(reply.status, 404)
  t.match(await reply.json(), { message: /There is no model 'my-modle'. Did you mean 'my-model'/ })
})

t.test(
  'a name with a channel goes to it even if no list has it, and its 404 comes back with the nearest names',
  async t => {
    const h = await harness(t, { upstreams: [{ status: 404, headers: json, steps: ['{}'] }] })
    const reply = await h.ask({ model: 'up0/mm', text: 'hi' })
    t.equal(reply.status, 404)
    t.match(await reply.json(), { message: /upstream 404.*Did you mean/ })
    t.equal(h.upstreams[0]?.requests.length, 1)
    const strict = await harness(t, { upstreams: [hello], models: { strict: true } })
    t.equal((await strict.ask({ model: 'up0/mm', text: 'hi' })).status, 404)
    t.equal(strict.upstreams[0]?.requests.length, 0)
  }
)

t.test('fallback', async t => {
  const busy = { status: 503, headers: json, steps: ['{}'] }
  const aliases = { both: ['up0/m', 'up1/m'] }

  t.test('a failed attempt moves on before anything was sent', async t => {
    const h = await harness(t, { upstreams: [busy, hello], models: { aliases } })
    const reply = await h.ask({ model: 'both', text: 'hi', stream: true })
    t.equal(reply.headers.get('x-isthmus-provider'), 'up1')
    t.equal(await reply.text(), 'data: "hel"\n\ndata: "lo"\n\ndata: bye\n\n')
    const { attempts } = await h.settled()
    t.match(attempts, [
      { target: 'up0/m', outcome: 'failed', status: 503, code: 'ISTHMUS_UPSTREAM_OVERLOADED' },
      { target: 'up1/m', outcome: 'ok' }
    ])
  })

  t.test('an error as the first frame of a 200 moves on as well, and nothing of it is seen', async t => {
    const first = { headers: events, steps: [sse({ tokens: 99 }, { error: { message: 'busy' } })] }
    const h = await harness(t, { upstreams: [first, hello], models: { aliases } })
    t.equal(
      await (await h.ask({ model: 'both', text: 'hi', stream: true })).text(),
      'data: "hel"\n\ndata: "lo"\n\ndata: bye\n\n'
    )
    t.equal((await h.settled()).usage?.output.total, 2)
  })

  t.test('for a whole reply the commit point is the end', async t => {
    const cut = { headers: events, steps: [sse({ say: 'half' }), { cut: true } as const] }
    const h = await harness(t, { upstreams: [cut, whole('other')], models: { aliases } })
    t.match(await (await h.ask({ model: 'both', text: 'hi' })).json(), { said: 'other' })
  })

  t.test('after content there is no fallback: the stream ends with the error of its format', async t => {
    const cut = { headers: events, steps: [sse({ say: 'half' }), { cut: true } as const] }
    const h = await harness(t, { upstreams: [cut, hello], models: { aliases } })
    const text = await (await h.ask({ model: 'both', text: 'hi', stream: true })).text()
    t.equal(text, 'data: "half"\n\ndata: {"failed":"ISTHMUS_UPSTREAM_CLOSED"}\n\n')
    t.equal(h.upstreams[1]?.requests.length, 0)
    t.match(await h.settled(), { outcome: 'failed', status: 200, attempts: [{ outcome: 'failed' }] })
  })

  t.test('a request the upstream calls wrong is not tried elsewhere', async t => {
    const h = await harness(t, {
      upstreams: [{ status: 400, headers: json, steps: ['{}'] }, hello],
      models: { aliases }
    })
    t.equal((await h.ask({ model: 'both', text: 'hi', stream: true })).status, 400)
    t.equal(h.upstreams[1]?.requests.length, 0)
  })

  t.test('the number of attempts is bounded, and the last error is the answer', async t => {
    const h = await harness(t, {
      upstreams: [busy, busy, hello],
      attempts: 2,
      models: { aliases: { all: ['up0/m', 'up1/m', 'up2/m'] } }
    })
    t.equal((await h.ask({ model: 'all', text: 'hi', stream: true })).status, 503)
    t.equal(h.upstreams[2]?.requests.length, 0)
  })

  t.test('the config and the caller may name fallbacks', async t => {
    const h = await harness(t, { upstreams: [busy, busy, hello], models: { fallbacks: { 'up0/m': ['up1/m'] } } })
    const reply = await h.ask({ model: 'up0/m', text: 'hi', stream: true }, { 'x-isthmus-fallbacks': 'up2/m' })
    t.equal(reply.headers.get('x-isthmus-provider'), 'up2')
  })

  t.test('an upstream that cannot be reached moves on', async t => {
    const h = await harness(t, { upstreams: [hello, hello], models: { aliases } })
    await h.upstreams[0]?.close()
    t.equal((await h.ask({ model: 'both', text: 'hi', stream: true })).headers.get('x-isthmus-provider'), 'up1')
    t.match((await h.settled()).attempts[0], { code: 'ISTHMUS_UPSTREAM_CONNECT' })
  })
})

t.test('an upstream that answers nonsense is an error, never a hang', async t => {
  for (const steps of [['<html>'], [], ['data: {"say":']]) {
    const h = await harness(t, { upstreams: [{ headers: json, steps }] })
    const reply = await h.ask({ model: 'm', text: 'hi', stream: true })
    t.equal(reply.status, 502)
    t.match(await reply.json(), { tinyError: /^ISTHMUS_UPSTREAM_(PROTOCOL|CLOSED)$/ })
  }
})

t.test('a compressed reply that nobody asked for is refused by name', async t => {
  const h = await harness(t, { upstreams: [{ headers: { ...json, 'content-encoding': 'gzip' }, steps: ['x'] }] })
  t.match(await (await h.ask({ model: 'm', text: 'hi' })).json(), { message: /compressed/ })
})

t.test('gaps', async t => {
  const stop = { model: 'm', text: 'hi', stream: true, stop: ['.'] }

  t.test('a candidate that lacks a feature of meaning is set aside', async t => {
    const h = await harness(t, {
      upstreams: [hello, hello],
      features: [{ 'output.stop': 'rejected' }],
      models: { aliases: { both: ['up0/m', 'up1/m'] } }
    })
    t.equal((await h.ask({ ...stop, model: 'both' })).headers.get('x-isthmus-provider'), 'up1')
    const reply = await h.ask({ ...stop, model: 'up0/m' })
    t.equal(reply.status, 400)
    t.match(await reply.json(), { message: /up0\/m lacks output.stop \(Stop sequences\)/ })
    t.equal(h.upstreams[0]?.requests.length, 0)
  })

  t.test('what only tunes is left out and reported, in the header and in the record', async t => {
    const h = await harness(t, { upstreams: [hello], features: [{ 'sampling.temperature': 'dropped' }] })
    const reply = await h.ask({ model: 'm', text: 'hi', stream: true, temperature: 0.5 })
    t.equal(reply.headers.get('x-isthmus-gaps'), 'sampling.temperature=dropped')
    t.match((await h.settled()).gaps, [{ feature: 'sampling.temperature', action: 'dropped' }])
  })

  t.test('the caller may have it refused, and the config may have it reported', async t => {
    const features = [{ 'sampling.temperature': 'dropped', 'output.stop': 'rejected' } as const]
    const h = await harness(t, { upstreams: [hello], features, gaps: { 'output.stop': 'report' } })
    const hot = { model: 'm', text: 'hi', stream: true, temperature: 0.5 }
    t.equal((await h.ask(hot, { 'x-isthmus-gaps': 'reject' })).status, 400)
    t.equal((await h.ask(stop)).headers.get('x-isthmus-gaps'), 'output.stop=dropped')
    t.equal((await h.ask(hot, { 'x-isthmus-gaps': 'maybe' })).status, 400)
  })

  t.test('a loss that only the values told is reported, or refused by the same word', async t => {
    const h = await harness(t, { upstreams: [hello] })
    const hot = { model: 'm', text: 'hi', stream: true, temperature: 1.5 }
    t.equal((await h.ask(hot)).headers.get('x-isthmus-gaps'), 'sampling.temperature=dropped')
    const refused = await h.ask(hot, { 'x-isthmus-gaps': 'reject' })
    t.equal(refused.status, 400)
    t.match(await refused.json(), { message: /sampling.temperature as asked: above 1/ })
    t.equal(h.upstreams[0]?.requests.length, 1)
  })

  t.test('what the client cannot be told is reported too', async t => {
    const thinking = { headers: json, steps: [JSON.stringify({ think: 'hm', say: 'yes', done: true })] }
    const h = await harness(t, { upstreams: [thinking], ingressFeatures: { 'reply.reasoning': 'dropped' } })
    t.equal((await h.ask({ model: 'm', text: 'hi' })).headers.get('x-isthmus-gaps'), 'reply.reasoning=dropped')
  })
})

t.test('a client that leaves closes the upstream without waiting for its next chunk', async t => {
  const never = gate()
  const h = await harness(t, { upstreams: [{ headers: events, steps: [sse({ say: 'a' }), { wait: never }] }] })
  const leaving = new AbortController()
  const reply = await h.ask({ model: 'm', text: 'hi', stream: true }, {}, leaving.signal)
  await reply.body?.getReader().read()
  leaving.abort()
  const request = h.upstreams[0]?.requests[0]
  t.equal(await request?.closed, 'aborted')
  t.match(await h.settled(), { outcome: 'cancelled', attempts: [{ outcome: 'cancelled' }] })
  t.equal(h.pipeline.active, 0)
  never.open()
})

t.test('a client that leaves before the head of the reply closes the upstream too', async t => {
  const h = await harness(t, { upstreams: [{ steps: [{ silent: true }] }] })
  const leaving = new AbortController()
  const asked = h.ask({ model: 'm', text: 'hi' }, {}, leaving.signal)
  const request = await h.upstreams[0]?.next()
  leaving.abort()
  await t.rejects(asked)
  t.equal(await request?.closed, 'aborted')
  t.equal((await h.settled()).outcome, 'cancelled')
})

t.test('a stream without content gets its head and keep-alives, and fallback stays open', async t => {
  const never = gate()
  const h = await harness(t, {
    upstreams: [{ steps: [{ wait: never }, 'x'], status: 503 }, hello],
    models: { aliases: { both: ['up0/m', 'up1/m'] } },
    server: { headersAfterMs: 5, keepAliveMs: 5 }
  })
  const reply = await h.ask({ model: 'both', text: 'hi', stream: true })
  t.equal(reply.status, 200)
  const reader = reply.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  while (text.split(': ping').length < 3) text += (await reader.read()).value
  never.open()
  for (let read = await reader.read(); !read.done; read = await reader.read()) text += read.value
  t.match(text, /^(: ping\n\n)+data: "hel"\n\ndata: "lo"\n\ndata: bye\n\n$/)
})

t.test('after keep-alives a failure is told inside the stream', async t => {
  const never = gate()
  const h = await harness(t, {
    upstreams: [{ steps: [{ wait: never }, 'x'], status: 503 }],
    server: { headersAfterMs: 5, keepAliveMs: 60_000 }
  })
  const reply = await h.ask({ model: 'm', text: 'hi', stream: true })
  never.open()
  t.match(await reply.text(), /data: \{"failed":"ISTHMUS_UPSTREAM_OVERLOADED"\}\n\n$/)
})

t.test('the time limits end an exchange with a timeout', async t => {
  const silent = { steps: [{ silent: true } as const] }
  const total = await harness(t, { upstreams: [silent], server: { totalMs: 20 } })
  const reply = await total.ask({ model: 'm', text: 'hi' })
  t.equal(reply.status, 504)
  t.match(await reply.json(), { tinyError: 'ISTHMUS_EXCHANGE_TIMEOUT' })
  t.match(await total.settled(), { outcome: 'failed', kind: 'timeout' })
})

t.test('draining aborts what still runs, in the format', async t => {
  const never = gate()
  const h = await harness(t, { upstreams: [{ headers: events, steps: [sse({ say: 'a' }), { wait: never }] }] })
  const reply = await h.ask({ model: 'm', text: 'hi', stream: true })
  h.pipeline.abortAll()
  t.equal(await reply.text(), 'data: "a"\n\ndata: {"failed":"ISTHMUS_SERVER_DRAINING"}\n\n')
  never.open()
})

t.test('headers of the same format go on if the format lists them, and no others', async t => {
  const h = await harness(t, {
    upstreams: [{ ...hello, headers: { ...events, 'x-tiny-left': '4', 'set-cookie': 'a=b' } }]
  })
  const reply = await h.ask({ model: 'm', text: 'hi', stream: true }, { cookie: 'c=d', authorization: 'Bearer k' })
  t.equal(reply.headers.get('x-tiny-left'), '4')
  t.equal(reply.headers.get('set-cookie'), null)
  const sent = h.upstreams[0]?.requests[0]?.headers ?? {}
  t.notOk(sent.cookie)
  t.notOk(sent.authorization)
  t.notOk(sent['accept-encoding'])
})
