/** Run with --expose-gc and a folder to write a config into: tells, as JSON, what reloads leave in memory. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import pino from '/work/main/node_modules/pino/pino.js'
import { loadConfig } from '/work/main/core/src/config/index.ts'
import { preparePlugins } from '/work/main/core/src/plugins/index.ts'
import { createGateway } from '/work/main/core/src/server/index.ts'

const WARM_UP = 2
const RELOADS = 110
const REQUESTS = 4
const INGRESSES = ['chat-completions', 'responses', 'messages', 'gemini', 'completions', 'embeddings']

const dir = process.argv[2] as string
const write = (name: string, text: string) => writeFileSync(join(dir, name), text)
write('package.json', '{ "private": true, "type": "module" }')
write(
  'aliases.ts',
  `export const aliases: Record<string, string> = ${JSON.stringify(
    Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`alias-${index}`, 'simulator/echo']))
  )}\n`
)
write(
  'gateway.config.ts',
  `import { defineConfig } from '@isthmus/core'
import { aliases } from './aliases.ts'

export default defineConfig({
  server: { port: 0 },
  plugins: [
    ${INGRESSES.map(name => `{ use: '@isthmus/ingress-${name}' },`).join('\n    ')}
    { use: '@isthmus/provider-simulator', options: { tokenDelayMs: 0 } },
    { use: '@isthmus/provider-openai', options: { apiKey: 'none', baseUrl: 'http://127.0.0.1:1/v1' } },
    { use: '@isthmus/surface-catalog' },
    { use: '@isthmus/surface-openapi' },
    { use: '@isthmus/meter-log' }
  ],
  models: { aliases }
})
`
)

let ended = 0
const log = pino(
  { level: 'info' },
  {
    write(line) {
      if (line.includes('replaced config ended')) ended++
    }
  }
)
const load = async () => {
  const loaded = await loadConfig({ cwd: dir, env: {}, fresh: new Set() })
  return { loaded, prepared: await preparePlugins(loaded) }
}
const gateway = await createGateway({ ...(await load()), log, load })
const url = await gateway.listen()

async function ask(): Promise<void> {
  const reply = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'alias-7', stream: true, messages: [{ role: 'user', content: 'hello' }] })
  })
  if (!(await reply.text()).includes('[DONE]')) throw new Error(`no whole answer: ${reply.status}`)
}

/** Collects until nothing more goes: what one collection frees may have held something else. */
async function collect(): Promise<number> {
  for (let round = 0; round < 1; round++) {
    await setImmediate()
    gc?.()
  }
  return process.memoryUsage().heapUsed
}

const apps: WeakRef<object>[] = []
let before = 0
for (let number = 1; number <= WARM_UP + RELOADS; number++) {
  apps.push(new WeakRef(gateway.app))
  const outcome = await gateway.reload?.()
  if (outcome?.ok !== true) throw new Error(outcome?.report)
  await Promise.all(Array.from({ length: REQUESTS }, ask))
  while (ended < number) await setImmediate()
  const bytes = await collect()
  if (number === WARM_UP) before = bytes
}
const bytesPerReload = ((await collect()) - before) / RELOADS
const collected = apps.filter(app => app.deref() === undefined).length
process.stdout.write(JSON.stringify({ reloads: apps.length, bytesPerReload, collected }))
await gateway.close()
