import { type FSWatcher, statSync, watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { Logger } from 'pino'

const LOOK_MS = 200

/**
 * Watch tells when files have changed. It watches their folders and looks at the files themselves, so that it sees an editor
 * that puts a new file in the place of the old one, and a link that points elsewhere.
 */
export class Watch {
  #states = new Map<string, string>()
  #folders = new Map<string, FSWatcher>()
  #log: Logger
  #changed: (names: readonly string[]) => void = () => {}
  #timer: NodeJS.Timeout | undefined
  /** What was seen at the last look; files that change from look to look are still being written. */
  #seen = ''

  constructor(log: Logger) {
    this.#log = log
  }

  /** follow adds files, as they are now. Those that are not there yet may come. */
  follow(files: Iterable<string>): void {
    for (const file of files) {
      if (this.#states.has(file)) continue
      this.#states.set(file, stateOf(file))
      this.#watchFolder(dirname(file))
    }
  }

  /** begin tells of changes from here on, also of those since the files were first followed. */
  begin(changed: (names: readonly string[]) => void): void {
    this.#changed = changed
    this.#lookSoon()
  }

  close(): void {
    clearTimeout(this.#timer)
    for (const watcher of this.#folders.values()) watcher.close()
    this.#changed = () => {}
  }

  #watchFolder(folder: string): void {
    if (this.#folders.has(folder)) return
    const failed = (err: unknown) => this.#log.warn({ err, folder }, 'cannot watch a folder')
    try {
      const watcher = watch(folder, { persistent: false }, () => this.#lookSoon())
      this.#folders.set(folder, watcher.on('error', failed))
    } catch (thrown) {
      failed(thrown)
    }
  }

  #lookSoon(): void {
    this.#timer ??= setTimeout(() => this.#look(), LOOK_MS)
  }

  #look(): void {
    this.#timer = undefined
    const states = [...this.#states.keys()].map(file => [file, stateOf(file)] as const)
    const changed = states.filter(([file, state]) => this.#states.get(file) !== state)
    const seen = changed.join('\n')
    const settled = seen === this.#seen
    this.#seen = seen
    if (changed.length === 0) return
    if (!settled) {
      this.#lookSoon()
      return
    }
    this.#seen = ''
    for (const [file, state] of changed) this.#states.set(file, state)
    this.#changed(changed.map(([file]) => basename(file)))
  }
}

function stateOf(file: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(file)
    return `${mtimeMs} ${size} ${ino}`
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code ?? 'unreadable'
  }
}
