import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'
import { start } from '../../core/test/cli/support/run.ts'
import { steppedUpstream } from '../support/stepped-upstream.ts'

const RELOADS = 10
const AT_ONCE = 200
/** Pieces of a reply: the first at once, one after each step. A stream crosses all reloads but those before it. */
const STEPS = RELOADS + 2

const config = (baseUrl: string, number: number) => `import { defineConfig } from '@isthmus/core'
export default defineConfig({
  server: { port: 0 },
  plugins: [
    { use: '@isthmus/ingress-chat-completions' },
    { use: '@isthmus/ingress-messages' },
    { use: '@isthmus/provider-openai-compatible', id: 'up', options: { baseUrl: '${baseUrl}' } },
    { use: '@isthmus/meter-log', id: 'log-${number}' }
  ],
  models: { aliases: { name: 'up/model-${number}' } }
})
`

interface Told {
  readonly number: number
  readonly status: number
  readonly text: string
  readonly ended: boolean
}

/** Asks for a stream in either format; what comes of it says under which reload it began. */
async function ask(url: string, who: string, number: number, steps: number): Promise<Told> {
  const messages = [{ role: 'user', content: `${who} ${steps}` }]
  const chat = Number(who.slice(1)) % 2 === 0
  const reply = await fetch(`${url}${chat ? '/v1/chat/completions' : '/v1/messages'}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'name', stream: true, messages, ...(!chat && { max_tokens: 100 }) })
  })
  const raw = await reply.text()
  const pieces = [...raw.matchAll(/"(?:content|text)":"([^"]+)"/g)].map(match => match[1])
  return {
    number,
    status: reply.status,
    text: pieces.join(''),
    ended: raw.includes(chat ? 'data: [DONE]' : 'event: message_stop')
  }
}

t.test('200 streams at once cross ten reloads: none is dropped, none is mixed', async t => {
  const upstream = await steppedUpstream(t)
  const cwd = t.testdir({ 'package.json': '{ "private": true, "type": "module" }' })
  const write = (number: number) => writeFileSync(join(cwd, 'gateway.config.ts'), config(upstream.url, number))
  write(0)
  const { running, url } = await start(t, { cwd })
  const asked: { readonly who: string; readonly steps: number; readonly told: Promise<Told> }[] = []
  const askMore = (count: number, number: number, steps: number) => {
    for (let index = 0; index < count; index++) {
      const who = `s${asked.length}`
      const failed = (error: Error) => ({ number, status: 0, text: error.message, ended: false })
      asked.push({ who, steps, told: ask(url, who, number, steps).catch(failed) })
    }
  }
  // A tenth of them ends before each reload and as many begin after it; the last of the first ones cross all of them.
  for (let share = 0; share < 10; share++) askMore(AT_ONCE / 10, 0, share + 2)
  for (let number = 1; number <= RELOADS; number++) {
    await upstream.until(AT_ONCE)
    write(number)
    running.kill('SIGHUP')
    await running.until('out', new RegExp(`"reload":${number},.*"config reloaded"`))
    askMore(AT_ONCE / 10, number, STEPS)
    await upstream.until(AT_ONCE + AT_ONCE / 10)
    upstream.step()
  }
  while (upstream.open > 0) upstream.step()
  for (const { who, steps, told } of asked) {
    const { number, status, text, ended } = await told
    const whole = Array.from({ length: steps }, (_, piece) => `${who}@model-${number}#${piece} `).join('')
    if (status === 200 && text === whole && ended) continue
    t.fail(who, { status, text, ended, number, steps })
  }
  t.equal(asked.length, AT_ONCE * 2)
  await running.until('out', new RegExp(`(?:replaced config ended[\\s\\S]*){${RELOADS}}`))
  const lines = running.out.trimEnd().split('\n')
  const exchanges = lines.map(line => JSON.parse(line)).filter(({ msg }) => msg === 'exchange')
  t.equal(exchanges.length, asked.length, 'each has its line')
  t.same([...new Set(exchanges.map(({ outcome }) => outcome))], ['ok'])
  t.same(
    [...new Set(exchanges.map(({ plugin, reload = 0 }) => `${plugin} ${reload}`))].sort(),
    Array.from({ length: RELOADS + 1 }, (_, number) => `log-${number} ${number}`).sort(),
    'and each is told by the meter of the config it began under'
  )
  running.kill('SIGTERM')
  t.equal((await running.finished).code, 0)
})

t.test('a reload leaves less than 1 MB behind, and nothing of the config before', async t => {
  const script = fileURLToPath(new URL('../support/reload-heap.ts', import.meta.url))
  const dir = t.testdir({})
  const args = ['--expose-gc', '--conditions=isthmus-source', script, dir]
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { PATH: process.env.PATH } })
  const { reloads, bytesPerReload, collected } = JSON.parse(stdout)
  t.comment(`${Math.round(bytesPerReload / 1024)} KB per reload`)
  t.ok(bytesPerReload < 1024 * 1024, `${bytesPerReload} bytes`)
  t.equal(collected, reloads, 'every config before the last one is collected')
})
