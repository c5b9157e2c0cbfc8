import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Answer, Question } from './answer.ts'

const PROBE = new URL('./cpu-probe.ts', import.meta.url).href
const START_LIMIT_MS = 20_000

interface ChildOptions {
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

interface Waiting {
  resolve(value: unknown): void
  reject(error: Error): void
}

/** Child is a process of the bench: it answers questions over its own channel, and is ended with it. */
export class Child {
  readonly name: string
  /** Settles with the port once the process listens. */
  readonly listening: Promise<number>
  readonly #process: ChildProcess
  readonly #folder: string
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0

  constructor(name: string, file: URL, options: ChildOptions = {}) {
    this.name = name
    this.#folder = mkdtempSync(join(tmpdir(), 'isthmus-bench-'))
    const out = openSync('/dev/null', 'w')
    const errors = openSync(join(this.#folder, 'stderr'), 'w')
    const node = ['--conditions=isthmus-source', '--expose-gc', '--import', PROBE, fileURLToPath(file)]
    this.#process = spawn(process.execPath, [...node, ...(options.args ?? [])], {
      stdio: ['ignore', out, errors, 'ipc'],
      // Nothing is inherited: a proxy or a log level in the caller's environment would be measured with the rest.
      env: { PATH: process.env.PATH, HOME: this.#folder, TMPDIR: this.#folder, ...options.env }
    })
    closeSync(out)
    closeSync(errors)
    this.listening = new Promise((resolve, reject) => {
      this.#process.on('message', (message: Answer) => {
        if ('listening' in message) resolve(message.listening)
        else this.#settle(message)
      })
      const fail = (why: string) => {
        const error = new Error(`${name} ${why}\n${this.#stderr()}`)
        reject(error)
        for (const { reject: refuse } of this.#waiting.values()) refuse(error)
        this.#waiting.clear()
      }
      this.#process.once('exit', (code, signal) => fail(`ended (${signal ?? code})`))
      this.#process.once('error', error => fail(error.message))
      setTimeout(() => reject(new Error(`${name} does not listen\n${this.#stderr()}`)), START_LIMIT_MS).unref()
    })
    // Who does not wait for the port learns of a failure through `ask`.
    this.listening.catch(() => {})
  }

  /** ask puts a question; its answer is trusted to be a `T`. */
  ask<T>(name: string, args: unknown = null): Promise<T> {
    const question: Question = { id: ++this.#lastId, name, args }
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(question.id, { resolve: value => resolve(value as T), reject })
      this.#process.send(question, error => {
        if (error) reject(new Error(`${this.name}: ${error.message}\n${this.#stderr()}`))
      })
    })
  }

  /** leave lets the process end by itself, as it does when its parent is gone. */
  async leave(): Promise<void> {
    const ended = new Promise(resolve => this.#process.once('exit', resolve))
    this.#process.disconnect()
    await ended
  }

  async close(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const ended = new Promise(resolve => this.#process.once('exit', resolve))
      this.#process.kill('SIGKILL')
      await ended
    }
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #settle(message: Exclude<Answer, { readonly listening: number }>): void {
    const waiting = this.#waiting.get(message.id)
    if (!waiting) return
    this.#waiting.delete(message.id)
    if ('error' in message) waiting.reject(new Error(`${this.name}: ${message.error}`))
    else waiting.resolve(message.value)
  }

  #stderr(): string {
    try {
      return readFileSync(join(this.#folder, 'stderr'), 'utf8').slice(-2000)
    } catch {
      // The folder is gone: the process was closed on purpose.
      return ''
    }
  }
}
