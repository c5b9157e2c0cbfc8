import { fakeUpstream } from '@isthmus/core/testing'
import t from 'tap'
import { writeFileSync } from 'node:fs'
import { composed } from '../support/composed.ts'
import { read, type Family } from '../support/readings.ts'
import { recordings, type Recording } from '../support/shared.ts'
t.setTimeout(300000)
t.test('x', async t => {
  const all = new Map<string, Recording>()
  for (const api of ['chat','messages'] as const) for (const r of recordings(api)) all.set(r.id, r)
  const up = await fakeUpstream(req => {
    if (req.method === 'GET') return { status: 404 }
    const r = all.get(String(req.json().model))!
    const body = typeof r.response.body === 'string' ? r.response.body : JSON.stringify(r.response.body)
    return { status: r.response.status, headers: { ...r.response.headers, 'content-type': r.response.kind === 'sse' ? 'text/event-stream' : r.response.kind==='json'?'application/json':'text/plain' }, steps: [body] }
  })
  t.teardown(() => up.close())
  const gw = await composed(t, { plugins: [
    { use: '@isthmus/provider-openai', options: { apiKey: 'k', baseUrl: `${up.origin}/v1` } },
    { use: '@isthmus/provider-anthropic', options: { apiKey: 'k', baseUrl: up.origin } } ], models: {refreshMs: 0} })
  const out: string[] = []
  const run = async (f: Family, a: any) => { try { return { ok: await read(f, a) } } catch (e: any) { return { err: `${e.constructor.name} ${e.status ?? ''} ${e.message.slice(0,200)}` } } }
  const t0 = Date.now()
  for (const r of all.values()) {
    const own = await run(r.api as Family, { url: up.origin, model: r.id, stream: r.stream })
    const provider = r.api === 'chat' ? 'openai' : 'anthropic'
    for (const f of ['chat','messages'] as const) {
      const got = await run(f, { url: gw.url, model: `${provider}/${r.id}`, stream: r.stream })
      if (JSON.stringify(own) !== JSON.stringify(got)) out.push(JSON.stringify({ id: r.id, to: f, status: r.response.status, stream: r.stream, features: r.features.join(' '), own, got }))
    }
  }
  writeFileSync('/tmp/diffs.jsonl', out.join('\n'))
  console.log('diffs', out.length, Date.now() - t0)
})
