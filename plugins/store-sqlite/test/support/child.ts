import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface, type Interface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'

const WRITER = fileURLToPath(new URL('./writer.ts', import.meta.url))

/** Child is a process of its own that works on a store. */
export interface Child {
  readonly process: ChildProcess
  readonly lines: Interface
  readonly ended: Promise<unknown>
}

/** child starts one that ends with the test at the latest. */
export function child(t: Test, ...args: readonly string[]): Child {
  const process = spawn(globalThis.process.execPath, ['--conditions=isthmus-source', WRITER, ...args], {
    stdio: ['pipe', 'pipe', 'inherit']
  })
  t.teardown(() => process.kill('SIGKILL'))
  return { process, lines: createInterface(process.stdout!), ended: once(process, 'close') }
}
