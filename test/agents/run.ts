import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { AGENTS, type Agent } from './agents/index.ts'
import { install } from './install.ts'
import { judge, type Verdict } from './judge.ts'
import { type Ended, launch } from './launch.ts'
import type { Recorded } from './recorder.ts'
import { promptFor } from './task.ts'
import { type Wiretap, wiretap } from './wiretap.ts'

const UPSTREAMS = ['chat-completions', 'responses', 'messages', 'gemini'] as const
const LIMIT_MS = 120_000
const BINARY = fileURLToPath(new URL('../../core/bin/isthmus.js', import.meta.url))
const CONFIG = fileURLToPath(new URL('./gateway.config.ts', import.meta.url))

const USAGE = `npm run e2e:agents -- [--only <agent>]... [--upstream <format>]... [--installed <folder>] [--keep]

  --only <agent>        this agent only: ${AGENTS.map(({ name }) => name).join(', ')}; may be given several times
  --upstream <format>   this upstream only: ${UPSTREAMS.join(', ')}; may be given several times
  --installed <folder>  where agents are installed, and are looked for first; default: a temporary folder
  --keep                leaves the scratch folders, with the output of each agent`

const say = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

/** startGateway starts the binary and gives its address. */
async function startGateway(record: string) {
  const args = ['--conditions=isthmus-source', BINARY, 'start', '--config', CONFIG]
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env.PATH, RECORD: record }
  })
  const end = () => child.kill('SIGKILL')
  process.once('exit', end)
  let told = ''
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr.on('data', (bytes: Buffer) => {
      told += bytes.toString()
      const [, address] = /^Isthmus \S+ at (\S+)\n/m.exec(told) ?? []
      if (address !== undefined) resolve(address)
    })
    child.once('close', code => reject(new Error(`the gateway ended with ${code}\n${told}`)))
  })
  return { url, end }
}

interface Scene {
  readonly root: string
  readonly record: string
  readonly tap: Wiretap
}

/** play has an agent do the task over one upstream. */
async function play(scene: Scene, agent: Agent, packages: string, upstream: string) {
  const { root, record, tap } = scene
  const at = join(root, `${agent.name}-${upstream}`)
  const [home, folder] = [join(at, 'home'), join(at, 'work')]
  for (const path of [home, folder]) mkdirSync(path, { recursive: true })
  writeFileSync(record, '')
  tap.take()
  const place = {
    url: tap.url,
    model: agent.modelOf?.(upstream) ?? `${upstream}/reason`,
    smallModel: `${upstream}/echo`,
    home,
    folder
  }
  const ended = await launch(agent, packages, place, promptFor(agent, folder), LIMIT_MS)
  const { requests, hosts } = tap.take()
  const records = readFileSync(record, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line) as Recorded)
  writeFileSync(join(at, 'output.txt'), `${ended.out}\n--- stderr\n${ended.err}`)
  writeFileSync(join(at, 'requests.json'), JSON.stringify({ requests, hosts, records }, null, 2))
  return { ended, hosts, verdict: judge({ ended, folder, requests, records }) }
}

function tell(agent: Agent, upstream: string, ended: Ended, hosts: readonly string[], verdict: Verdict): void {
  const { faults, exchanges, gaps, seals } = verdict
  const own = agent.format === upstream ? ' (its own format)' : ''
  say(
    `${faults.length === 0 ? 'ok    ' : 'FAILED'} ${agent.name} over ${upstream}${own}: ` +
      `${exchanges} exchanges in ${ended.seconds.toFixed(1)} s; reasoning state given ${seals.given}, back ${seals.back}, strange ${seals.strange}`
  )
  if (gaps.length > 0) say(`       gaps: ${gaps.join(', ')}`)
  if (hosts.length > 0) say(`       asked for: ${hosts.join(', ')}`)
  for (const fault of faults) say(`       ${fault}`)
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true, default: [] },
      upstream: { type: 'string', multiple: true, default: [] },
      installed: { type: 'string' },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false }
    }
  })
  if (values.help) return say(USAGE)
  const agents = AGENTS.filter(({ name }) => values.only.length === 0 || values.only.includes(name))
  const upstreams = UPSTREAMS.filter(name => values.upstream.length === 0 || values.upstream.includes(name))
  if (agents.length === 0 || upstreams.length === 0) throw new Error(`nothing to try\n${USAGE}`)
  const root = mkdtempSync(join(tmpdir(), 'isthmus-agents-'))
  const record = join(root, 'record.jsonl')
  writeFileSync(record, '')
  const packagesAt = values.installed ?? join(root, 'packages')
  mkdirSync(packagesAt, { recursive: true })
  const gateway = await startGateway(record)
  const tap = await wiretap(gateway.url)
  let failed = 0
  try {
    for (const agent of agents) {
      const packages = await install(agent, packagesAt)
      for (const upstream of upstreams) {
        const { ended, hosts, verdict } = await play({ root, record, tap }, agent, packages, upstream)
        tell(agent, upstream, ended, hosts, verdict)
        if (verdict.faults.length > 0) failed++
      }
    }
  } finally {
    tap.close()
    gateway.end()
    if (values.keep) say(`kept: ${root}`)
    else rmSync(root, { recursive: true, force: true })
  }
  if (failed > 0) process.exitCode = 1
}

await main()
