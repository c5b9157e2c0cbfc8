import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'

const BIN = fileURLToPath(new URL('../../../bin/isthmus.js', import.meta.url))
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url))

export interface RunOptions {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** More arguments for node itself. */
  readonly node?: readonly string[]
}

export interface Finished {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Running is a command of the binary, in a process of its own. */
export class Running {
  out = ''
  err = ''
  readonly finished: Promise<Finished>
  #child: ChildProcess
  #looks: (() => void)[] = []

  constructor(args: readonly string[], { cwd, env, node = [] }: RunOptions) {
    // Nothing of the environment but what finds programs: HOST or LOG_LEVEL there would change the outcome.
    const clean = { PATH: process.env.PATH ?? '', NODE_V8_COVERAGE: process.env.NODE_V8_COVERAGE ?? '', ...env }
    this.#child = spawn(process.execPath, ['--conditions=isthmus-source', ...node, BIN, ...args], { cwd, env: clean })
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#add('out', text))
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => this.#add('err', text))
    // A test that is stopped for taking too long must not leave its gateway behind.
    const kill = () => this.#child.kill('SIGKILL')
    process.once('exit', kill)
    this.finished = new Promise(resolve => {
      this.#child.on('close', code => {
        process.off('exit', kill)
        resolve({ code, out: this.out, err: this.err })
      })
    })
  }

  kill(signal: 'SIGTERM' | 'SIGINT' | 'SIGHUP' | 'SIGKILL' | 'SIGUSR2'): void {
    this.#child.kill(signal)
  }

  /** until resolves with the first match of the pattern in what was written. */
  until(stream: 'out' | 'err', pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(this[stream])
        if (found !== null) resolve(found)
      }
      this.#looks.push(look)
      void this.finished.then(({ code, out, err }) => reject(new Error(`ended with ${code}\n${out}\n${err}`)))
      look()
    })
  }

  #add(stream: 'out' | 'err', text: string): void {
    this[stream] += text
    for (const look of this.#looks) look()
  }
}

/** run runs a command to its end. */
export function run(args: readonly string[], options: RunOptions): Promise<Finished> {
  return new Running(args, options).finished
}

/** start runs the gateway until the test ends, and gives the address it tells. */
export async function start(t: Test, options: RunOptions, args: readonly string[] = []) {
  const running = new Running(['start', ...args], options)
  t.teardown(async () => {
    running.kill('SIGKILL')
    await running.finished
  })
  const banner = await running.until('err', /^Isthmus \S+ at (\S+)\n[\s\S]*Try it:\n {2}(curl .*)\n/m)
  return { running, url: banner[1] as string, line: banner[2] as string }
}

/** folder is a folder with a config of toy plugins; `more` is source text for the plugin list, `rest` for the config. */
export function folder(t: Test, { more = '', rest = '' } = {}): string {
  const dir = t.testdir({ 'package.json': '{ "private": true, "type": "module" }' })
  const toy = (name: string) => JSON.stringify(relative(dir, here(name)))
  writeFileSync(
    join(dir, 'gateway.config.ts'),
    `import { defineConfig, env } from '@isthmus/core'
export default defineConfig({
  server: { port: 0 },
  plugins: [
    { use: ${toy('toy-ingress.ts')} },
    { use: ${toy('toy-provider.ts')} },
    { use: ${toy('toy-provider.ts')}, id: 'later', optional: true, options: { apiKey: env('TOY_KEY') } },
    ${more.replaceAll('TOY', toy('toy-provider.ts'))}
  ],
  ${rest}
})
`
  )
  return dir
}
