import { request as httpRequest } from 'node:http'
import t from 'tap'
import {
  type EventStage,
  type Middleware,
  type Provider,
  providerFrom,
  type Summary,
  slot
} from '../../src/contract/index.ts'
import { createError } from '../../src/errors/index.ts'
import { type EventBatch, endEvent, type IrEvent, textDelta, unfold, usageEvent } from '../../src/ir/index.ts'
import { gate } from '../../src/testing/fake-upstream.ts'
import { harness } from './support/harness.ts'
import { sse, tiny } from './support/tiny-format.ts'

const events = { 'content-type': 'text/event-stream' }
const hello = { headers: events, steps: [sse({ say: 'hel' }, { say: 'lo', tokens: 2 }), sse({ done: true })] }
const ask = { model: 'm', text: 'hi', stream: true }
const TEST_REFUSED = createError('TEST_REFUSED', 'permission', 'not you')
const reply = (text: string) =>
  unfold({
    id: 'r',
    model: 'own',
    choices: [{ index: 0, parts: [{ type: 'text', text }], finish: { reason: 'stop', native: '' } }]
  }).take()

t.test('admit runs from headers alone, may name the caller and may refuse', async t => {
  const seen: string[] = []
  const keys: Middleware = {
    admit(x) {
      seen.push(x.credential ?? '')
      if (x.credential !== 'good') throw TEST_REFUSED()
      x.principal = 'ann'
    }
  }
  const h = await harness(t, { upstreams: [hello], middleware: { keys } })
  const refused = await h.ask(ask, { 'x-api-key': 'bad' })
  t.equal(refused.status, 403)
  t.match(await refused.json(), { tinyError: 'TEST_REFUSED' })
  t.equal((await h.ask(ask, { authorization: 'bearer good' })).status, 200)
  t.equal((await h.settled(2)).principal, 'ann')
  await h.ask(ask, { 'x-goog-api-key': 'google' })
  t.same(seen, ['bad', 'good', 'google'])
})

t.test('request hooks replace the request in the order of the list', async t => {
  const order: string[] = []
  const first: Middleware = {
    request(x) {
      order.push('first')
      x.request = { ...x.request, model: 'up0/other' }
    }
  }
  const second: Middleware = { request: x => void order.push(`second ${x.request.model}`) }
  const h = await harness(t, { upstreams: [hello], middleware: { first, second } })
  t.equal((await h.ask(ask)).headers.get('x-isthmus-model'), 'other')
  t.same(order, ['first', 'second up0/other'])
  t.equal((await h.settled()).model, 'm', 'the record keeps the name that was asked for')
})

t.test('a request hook may answer by itself, streamed or whole', async t => {
  const h = await harness(t, { upstreams: [hello], middleware: { cache: { request: x => x.answer(reply('cached')) } } })
  t.equal(await (await h.ask(ask)).text(), 'data: "cached"\n\ndata: bye\n\n')
  t.match(await (await h.ask({ ...ask, stream: false })).json(), { said: 'cached' })
  t.equal(h.upstreams[0]?.requests.length, 0)
})

t.test('attempt hooks see each try, before it is authorized', async t => {
  const tries: string[] = []
  const middleware: Middleware = {
    attempt(_x, upstream, target) {
      tries.push(target.provider)
      upstream.headers['x-trace'] = 'abc'
    }
  }
  const h = await harness(t, {
    upstreams: [{ status: 503, steps: ['{}'] }, hello],
    middleware: { trace: middleware },
    models: { aliases: { both: ['up0/m', 'up1/m'] } }
  })
  await (await h.ask({ ...ask, model: 'both' })).text()
  t.same(tries, ['up0', 'up1'])
  t.equal(h.upstreams[1]?.requests[0]?.headers['x-trace'], 'abc')
})

t.test('event stages see the committed reply only, the outermost last, and only the types they asked for', async t => {
  const seen: string[] = []
  const stage = (name: string, on?: readonly IrEvent['type'][]): Middleware => ({
    events: (): EventStage => ({
      ...(on && { on }),
      push(batch) {
        seen.push(`${name}:${batch.map(event => event.type).join(' ')}`)
        return batch.map(event =>
          event.type === 'part_delta' && event.kind === 'text'
            ? textDelta(event.choice, event.index, 'text', `${name}(${event.text})`)
            : event
        )
      }
    })
  })
  const h = await harness(t, {
    upstreams: [{ status: 503, steps: ['{}'] }, hello],
    middleware: { outer: stage('outer'), inner: stage('inner', ['part_delta']) },
    models: { aliases: { both: ['up0/m', 'up1/m'] } }
  })
  t.match(await (await h.ask({ ...ask, model: 'both' })).text(), 'data: "outer(inner(hel))"')
  t.notOk(seen.some(line => line.startsWith('inner') && !line.includes('part_delta')))
})

t.test('a stage lets go of what it kept before the end', async t => {
  const late: Middleware = {
    events: () => {
      let kept: EventBatch = []
      return {
        on: ['part_delta'],
        push(batch) {
          kept.push(...batch.filter(event => event.type === 'part_delta'))
          return batch.filter(event => event.type !== 'part_delta')
        },
        end() {
          const out = kept
          kept = []
          return out
        }
      }
    }
  }
  const h = await harness(t, { upstreams: [hello], middleware: { late } })
  t.equal(await (await h.ask(ask)).text(), 'data: "hel"\n\ndata: "lo"\n\ndata: bye\n\n')
})

t.test('a stage may close with an end of its own, which those after it are given', async t => {
  const ends: unknown[] = []
  const stage = (name: string): Middleware => ({
    events: () => ({
      push: batch => batch,
      end(last) {
        ends.push([name, last.meta?.fingerprint])
        return name === 'inner'
          ? [usageEvent({ input: {}, output: { total: 1 } }), endEvent({ fingerprint: 'own' })]
          : []
      }
    })
  })
  const h = await harness(t, { upstreams: [hello], middleware: { outer: stage('outer'), inner: stage('inner') } })
  t.match(await (await h.ask(ask)).text(), /data: bye\n\n$/)
  t.same(ends, [
    ['inner', undefined],
    ['outer', 'own']
  ])
  t.match((await h.settled()).usage, { output: { total: 1 } })
})

t.test('a client whose reply a stage holds back is told that the gateway lives', async t => {
  const more = gate()
  const silent: Middleware = {
    events: () => ({ on: ['part_delta'], push: batch => batch.filter(event => event.type !== 'part_delta') })
  }
  const h = await harness(t, {
    upstreams: [
      { headers: events, steps: [sse({ say: 'a' }), { wait: more }, sse({ say: 'b' }), sse({ done: true })] }
    ],
    middleware: { silent },
    server: { headersAfterMs: 5, keepAliveMs: 5 }
  })
  const reader = (await h.ask(ask)).body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  while (!text.includes(': ping')) text += (await reader.read()).value
  more.open()
  for (let read = await reader.read(); !read.done; read = await reader.read()) text += read.value
  t.match(text, /^(: ping\n\n)+data: bye\n\n$/)
})

t.test('around may wait, change and ask again', async t => {
  const twice: Middleware = {
    async *around(x, next) {
      for await (const _batch of next()) await Promise.resolve()
      if (x.request.op !== 'generate') return
      x.request = { ...x.request, messages: [...x.request.messages, ...x.request.messages] }
      yield* next()
    }
  }
  const h = await harness(t, { upstreams: [hello], middleware: { twice } })
  t.equal(await (await h.ask(ask)).text(), 'data: "hel"\n\ndata: "lo"\n\ndata: bye\n\n')
  t.same(
    h.upstreams[0]?.requests.map(request => request.json().messages),
    [1, 2],
    'the conversation is kept as long as an around hook may need it'
  )
  t.equal((await h.settled()).attempts.length, 2)
})

t.test('around sees the failure of all candidates, and may answer in its place', async t => {
  const rescue: Middleware = {
    async *around(_x, next) {
      try {
        yield* next()
      } catch {
        yield reply('sorry')
      }
    }
  }
  const h = await harness(t, { upstreams: [{ status: 503, steps: ['{}'] }], middleware: { rescue } })
  t.equal(await (await h.ask(ask)).text(), 'data: "sorry"\n\ndata: bye\n\n')
  const plain = await harness(t, {
    upstreams: [{ status: 503, steps: ['{}'] }],
    middleware: { through: { around: (_x, next) => next() } }
  })
  t.equal((await plain.ask(ask)).status, 503)
})

t.test('a client that leaves stops an around hook that waits for the upstream', async t => {
  const h = await harness(t, {
    upstreams: [{ headers: events, steps: [sse({ say: 'a' }), { silent: true }] }],
    middleware: { through: { around: (_x, next) => next() } }
  })
  const leaving = new AbortController()
  const answer = await h.ask(ask, {}, leaving.signal)
  await answer.body?.getReader().read()
  leaving.abort()
  t.equal(await h.upstreams[0]?.requests[0]?.closed, 'aborted')
  t.equal((await h.settled()).outcome, 'cancelled')
})

t.test('slots carry state between hooks', async t => {
  const kStart = slot<number>('start')
  let found: number | undefined
  const h = await harness(t, {
    upstreams: [hello],
    middleware: {
      timer: {
        admit: x => x.set(kStart, 7),
        settled(x) {
          found = x.get(kStart)
        }
      }
    }
  })
  await (await h.ask(ask)).text()
  await h.settled()
  t.equal(found, 7)
})

t.test('a plugin that throws fails one exchange, by its name in the log, and never the settling of others', async t => {
  const settled: Summary[] = []
  const h = await harness(t, {
    upstreams: [hello],
    middleware: {
      bad: {
        settled: () => {
          throw new Error('broken')
        }
      },
      good: { settled: (_x, summary) => void settled.push(summary) }
    }
  })
  await (await h.ask(ask)).text()
  await h.settled()
  t.equal(settled.length, 1)
  t.ok(h.logged.some(line => line.msg === 'a plugin failed while the exchange settled'))
  const failing = await harness(t, {
    upstreams: [hello],
    middleware: {
      bad: {
        request: () => {
          throw new Error('secret detail')
        }
      }
    }
  })
  const answer = await failing.ask(ask)
  t.equal(answer.status, 500)
  t.notMatch(await answer.text(), 'secret detail')
  t.equal((await h.ask(ask)).status, 200)
})

t.test('journal is written before the client sees the end', async t => {
  const order: string[] = []
  const h = await harness(t, {
    upstreams: [hello],
    meter: { journal: () => void order.push('journal'), record: () => void order.push('record') }
  })
  const answer = await h.ask(ask)
  await answer.text()
  await h.settled()
  t.same(order, ['journal', 'record'])
})

/** endless is a provider with its own transport that counts the chunks it was asked for. */
function endless(chunks: number): { provider: Provider; sent: () => number; aborted: () => boolean } {
  let sent = 0
  let aborted = false
  const text = 'x'.repeat(64 * 1024)
  const provider = providerFrom(tiny(), {
    baseUrl: 'http://own.invalid',
    path: '/',
    known: [{ id: 'big' }],
    async send(_request, signal) {
      signal.addEventListener('abort', () => {
        aborted = true
      })
      async function* body() {
        for (; sent < chunks; sent++) yield Buffer.from(sse({ say: text }))
        yield Buffer.from(sse({ done: true }))
      }
      return { head: { status: 200, headers: events }, body: body() }
    }
  })
  return { provider, sent: () => sent, aborted: () => aborted }
}

/** quiet waits until a count has stood still for many turns of the event loop. */
async function quiet(count: () => number): Promise<number> {
  let last = -1
  for (let still = 0; still < 200; still++) {
    await new Promise(resolve => setImmediate(resolve))
    if (count() !== last) still = 0
    last = count()
  }
  return last
}

t.test('a client that does not read pauses the upstream, and gets everything once it reads', async t => {
  const { provider, sent } = endless(600)
  const h = await harness(t, { providers: { own: provider } })
  const request = httpRequest(h.url, { method: 'POST' })
  request.end(JSON.stringify({ ...ask, model: 'big' }))
  const response = await new Promise<import('node:http').IncomingMessage>(resolve => request.on('response', resolve))
  const stood = await quiet(sent)
  t.ok(stood < 600, `the upstream was paused after ${stood} of 600 chunks`)
  let size = 0
  for await (const chunk of response) size += chunk.length
  t.ok(size > 600 * 64 * 1024)
  t.equal(sent(), 600)
  t.equal((await h.settled()).outcome, 'ok')
})

t.test('a stalled client that leaves aborts a provider with a transport of its own', async t => {
  const { provider, sent, aborted } = endless(600)
  const h = await harness(t, { providers: { own: provider } })
  const request = httpRequest(h.url, { method: 'POST' })
  request.on('error', () => {})
  request.end(JSON.stringify({ ...ask, model: 'big' }))
  const response = await new Promise<import('node:http').IncomingMessage>(resolve => request.on('response', resolve))
  response.on('error', () => {})
  await quiet(sent)
  response.destroy()
  t.equal((await h.settled()).outcome, 'cancelled')
  t.ok(aborted())
})
