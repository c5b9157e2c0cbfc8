import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Place } from './agents/agent.ts'
import type { Agent } from './agents/index.ts'

/** Ended is what came of an agent's run. */
export interface Ended {
  /** null when it was ended from outside. */
  readonly code: number | null
  readonly out: string
  readonly err: string
  readonly seconds: number
}

const MAX_TEXT = 200_000

/** launch runs an agent to its end, or until its time is over. */
export function launch(agent: Agent, packages: string, place: Place, prompt: string, limitMs: number): Promise<Ended> {
  const { args, input = '', env, files } = agent.launch(place, prompt)
  for (const [path, text] of Object.entries(files ?? {})) {
    const file = join(place.home, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  const program = join(packages, agent.program)
  const [file, ...rest] = agent.native ? [program, ...args] : [process.execPath, program, ...args]
  const startMs = performance.now()
  // A group of its own, so that what the agent started ends with it.
  const child = spawn(file as string, rest, {
    cwd: place.folder,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: place.home,
      TMPDIR: place.home,
      TERM: 'dumb',
      NO_COLOR: '1',
      // Whoever wants more than the gateway is told no, and is written down.
      HTTP_PROXY: place.url,
      HTTPS_PROXY: place.url,
      http_proxy: place.url,
      https_proxy: place.url,
      NO_PROXY: '127.0.0.1,localhost',
      no_proxy: '127.0.0.1,localhost',
      ...env
    }
  })
  const end = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch {
      // All of the group have ended already.
    }
  }
  process.once('exit', end)
  // Not every agent reads what it is given.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const timer = setTimeout(end, limitMs)
  let out = ''
  let err = ''
  child.stdout.on('data', (bytes: Buffer) => {
    if (out.length < MAX_TEXT) out += bytes.toString()
  })
  child.stderr.on('data', (bytes: Buffer) => {
    if (err.length < MAX_TEXT) err += bytes.toString()
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => {
      clearTimeout(timer)
      end()
      process.off('exit', end)
      resolve({ code, out, err, seconds: (performance.now() - startMs) / 1000 })
    })
  })
}
