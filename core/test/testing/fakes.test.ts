import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { featuresOf, fold, Secret, SecretString, slot, unfold } from '@isthmus/core'
import {
  assertGrammar,
  chunkings,
  fakeExchange,
  fakeHost,
  fakeUpstream,
  featureSamples,
  gate,
  golden,
  resolveOptions,
  sampleReplies,
  sampleRequests
} from '@isthmus/core/testing'
import t from 'tap'
import { Type } from 'typebox'

t.test('the fake upstream answers in order, repeats the last answer and records what it was asked', async t => {
  const upstream = await fakeUpstream([
    { status: 429, headers: { 'retry-after': '2' }, steps: ['{"no":1}'] },
    { steps: ['{"yes":', '2}'] }
  ])
  t.teardown(() => upstream.close())
  const post = () =>
    fetch(`${upstream.origin}/v1/x?y=1`, { method: 'POST', headers: { 'X-Kit': 'a' }, body: '{"q":"é"}' })
  const first = await post()
  t.equal(first.status, 429)
  t.equal(first.headers.get('retry-after'), '2')
  t.same(await first.json(), { no: 1 })
  t.same(await (await post()).json(), { yes: 2 })
  t.same(await (await post()).json(), { yes: 2 })
  t.equal(upstream.requests.length, 3)
  t.match(upstream.requests[0], { method: 'POST', url: '/v1/x?y=1', headers: { 'x-kit': 'a' }, body: '{"q":"é"}' })
  t.same(upstream.requests[0]?.json(), { q: 'é' })
  t.equal(await upstream.requests[0]?.closed, 'done')
})

t.test('the fake upstream sends chunk by chunk and waits until it is told', async t => {
  const second = gate()
  const upstream = await fakeUpstream({
    headers: { 'content-type': 'text/event-stream' },
    steps: ['a', { wait: second }, 'b']
  })
  t.teardown(() => upstream.close())
  const reader = (await fetch(upstream.origin)).body!.getReader()
  const read = async () => new TextDecoder().decode((await reader.read()).value)
  t.equal(await read(), 'a')
  second.open()
  t.equal(await read(), 'b')
  t.equal((await reader.read()).done, true)
})

t.test('the fake upstream cuts the connection in the middle of a reply', async t => {
  const upstream = await fakeUpstream({ steps: ['half', { cut: true }] })
  t.teardown(() => upstream.close())
  const response = await fetch(upstream.origin)
  await t.rejects(response.text())
  t.equal(await upstream.requests[0]?.closed, 'aborted')
})

t.test('the fake upstream can send a head and no more, or nothing, and notices when the caller leaves', async t => {
  const upstream = await fakeUpstream([{ steps: [{ head: true }, { silent: true }] }, { steps: [{ silent: true }] }])
  t.teardown(() => upstream.close())
  const leaving = new AbortController()
  t.equal((await fetch(upstream.origin, { signal: leaving.signal })).status, 200)
  const silent = t.rejects(fetch(upstream.origin, { signal: leaving.signal }))
  await upstream.next()
  const second = await upstream.next()
  leaving.abort()
  await silent
  t.equal(await upstream.requests[0]?.closed, 'aborted')
  t.equal(await second.closed, 'aborted')
})

t.test('a function may choose the answer, and an upstream closes with callers still waiting', async t => {
  const upstream = await fakeUpstream(request =>
    request.url === '/hang' ? { steps: [{ silent: true }] } : { status: 204 }
  )
  t.equal((await fetch(`${upstream.origin}/go`)).status, 204)
  const broken = new Promise(resolve => {
    httpRequest(`${upstream.origin}/hang`).on('error', resolve).end()
  })
  await upstream.next()
  await upstream.next()
  await upstream.close()
  t.ok(await broken)
})

t.test('the fake host has a folder of its own, which goes with it, or one that stays', async t => {
  const host = fakeHost()
  const { dir } = host
  writeFileSync(join(dir, 'a.db'), '')
  t.equal(host.dir, dir)
  t.not(fakeHost({ dir: t.testdirName }).dir, dir)
  await host.close()
  t.notOk(existsSync(dir))
  const kept = fakeHost({ dir: t.testdir({}) })
  await kept.close()
  t.ok(existsSync(kept.dir))
})

t.test('the fake host keeps log lines and sent requests, and closes last first', async t => {
  const host = fakeHost({ id: 'mine', send: [{ status: 201, body: 'ok' }] })
  const order: number[] = []
  host.onClose(() => void order.push(1))
  host.onClose(async () => void order.push(2))
  host.log.info({ size: 3 }, 'up')
  t.match(host.lines, [{ plugin: 'mine', size: 3, msg: 'up', level: 30 }])
  const request = { method: 'POST', path: '/t', headers: {} } as const
  const { head, body } = await host.send('https://a.example', request, new AbortController().signal)
  t.equal(head.status, 201)
  t.equal(new TextDecoder().decode(body), 'ok')
  t.strictSame(host.sent, [{ origin: 'https://a.example', request }])
  await t.rejects(host.send('https://a.example', request, new AbortController().signal), /give fakeHost a send/)
  host.http.get('/hello', () => 'there')
  t.equal((await host.http.inject('/hello')).body, 'there')
  await host.close()
  await host.close()
  t.strictSame(order, [2, 1])
  await t.rejects(host.http.inject('/hello'), { code: 'FST_ERR_REOPENED_CLOSE_SERVER' }, 'its server closed with it')
})

t.test('options are filled in, checked and their secrets wrapped, as at boot', async t => {
  const schema = Type.Object(
    {
      key: SecretString(),
      tries: Type.Integer({ default: 3 }),
      deep: Type.Optional(Type.Object({ key: SecretString() }))
    },
    { additionalProperties: false }
  )
  const given = { key: 'k', deep: { key: 'd' } }
  const options = resolveOptions<{ key: Secret; tries: number; deep: { key: Secret } }>(schema, given)
  t.equal(options.tries, 3)
  t.ok(options.key instanceof Secret)
  t.equal(options.deep.key.reveal(), 'd')
  t.strictSame(given, { key: 'k', deep: { key: 'd' } }, 'what was given stays as it is')
  t.throws(() => resolveOptions(schema, { key: 'k', tries: 'x' }), /tries: expected an integer/)
})

t.test('a fake exchange keeps slots, gaps and one answer', async t => {
  const x = fakeExchange({ principal: 'ada', headers: { 'x-a': '1' } })
  const kCount = slot<number>('count')
  x.set(kCount, 2)
  t.equal(x.get(kCount), 2)
  t.equal(x.get(slot<number>('count')), undefined, 'slots are told apart by identity, not by name')
  x.report({ feature: 'ext', action: 'dropped' })
  t.equal(x.gaps.length, 1)
  const answer = sampleReplies()[0]!.events()
  x.answer(answer)
  t.equal(x.answered, answer)
  t.throws(() => x.answer(answer), /answered twice/)
  t.equal(x.principal, 'ada')
})

t.test('every chunking gives the same bytes, and characters are cut inside', async t => {
  const text = 'data: é\r\n\r\ndata: 👩\n\nend'
  for (const { name, chunks } of chunkings(text)) t.equal(Buffer.concat(chunks).toString(), text, name)
  const inside = chunkings(text).find(({ name }) => name === 'inside characters')!
  t.ok(inside.chunks.some(chunk => Buffer.from(chunk).toString().includes('\ufffd')))
  t.equal(chunkings('').length, chunkings(text).length)
})

t.test('golden compares with a file and writes it when told', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-golden-'))
  const before = process.env.GOLDEN
  t.teardown(() => {
    rmSync(folder, { recursive: true })
    if (before === undefined) delete process.env.GOLDEN
    else process.env.GOLDEN = before
  })
  delete process.env.GOLDEN
  const file = join(folder, 'deep/value.json')
  t.throws(() => golden(file, { a: 1 }), /GOLDEN=write/)
  process.env.GOLDEN = 'write'
  golden(file, { a: 1 })
  golden(join(folder, 'lines.jsonl'), [{ a: 1 }, { b: 2 }])
  golden(join(folder, 'plain.txt'), 'as it is')
  delete process.env.GOLDEN
  t.equal(readFileSync(file, 'utf8'), '{\n  "a": 1\n}\n')
  t.equal(readFileSync(join(folder, 'lines.jsonl'), 'utf8'), '{"a":1}\n{"b":2}\n')
  t.doesNotThrow(() => golden(file, { a: 1 }))
  t.doesNotThrow(() => golden(join(folder, 'lines.jsonl'), [{ a: 1 }, { b: 2 }]))
  t.throws(() => golden(file, { a: 2 }))
  t.throws(() => golden(join(folder, 'lines.jsonl'), [{ a: 1 }]))
  t.throws(() => golden(join(folder, 'plain.txt'), 'as it was'), /differs/)
})

t.test('sample requests are frozen and name what they need', async t => {
  for (const { name, request, features } of sampleRequests()) {
    t.throws(() => (request.messages as unknown[]).push(1), TypeError, name)
    t.strictSame(features, featuresOf(request))
  }
})

t.test('sample replies are grammatical, fold to what they say, and are new each time', async t => {
  for (const { name, events, response } of sampleReplies()) {
    assertGrammar(events())
    t.same(fold(events()), response, name)
    t.same(fold(unfold(fold(events())).take()), response, `${name}, folded and unfolded`)
    t.not(events(), events())
  }
})

t.test('each feature sample differs by its feature', async t => {
  for (const { feature, without, with: needing } of featureSamples('kit')) {
    t.notOk(featuresOf(without).has(feature), `${feature} is not in the sample without it`)
    t.ok(featuresOf(needing).has(feature), `${feature} is in the sample with it`)
  }
})
