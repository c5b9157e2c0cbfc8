import { writeSync } from 'node:fs'

const BLOCK_CHARS = 4096
/** What is held while nobody takes it; beyond that the oldest lines are given up. */
const HELD_CHARS = 1024 * 1024

/** Writer writes bytes to where the log goes, and gives how many were taken; as `fs.writeSync` does. */
export type Writer = (bytes: Uint8Array) => number

/**
 * LogDestination collects lines and writes them in blocks: a write per line costs more than the line. A reader that is
 * slow or gone never stops the gateway: what cannot be written is kept for the next flush, within a bound.
 */
export class LogDestination {
  #held = ''
  #rest: Uint8Array | undefined
  #gone = false
  #write: Writer

  constructor(write: Writer = bytes => writeSync(1, bytes)) {
    this.#write = write
  }

  write(line: string): void {
    if (this.#gone) return
    this.#held += line
    if (this.#held.length >= BLOCK_CHARS) this.flush()
  }

  /** flush writes what is held, as far as it is taken. */
  flush(): void {
    if (this.#gone || (this.#held === '' && this.#rest === undefined)) return
    try {
      while (this.#rest !== undefined || this.#held !== '') {
        let bytes = this.#rest
        if (bytes === undefined) {
          bytes = Buffer.from(this.#held)
          this.#held = ''
          this.#rest = bytes
        }
        const taken = this.#write(bytes)
        this.#rest = taken < bytes.length ? bytes.subarray(taken) : undefined
      }
    } catch (thrown) {
      // EPIPE: the reader is gone for good. Anything else, such as a full pipe or disk, may pass.
      if ((thrown as NodeJS.ErrnoException).code === 'EPIPE') this.#gone = true
      if (this.#gone) this.#held = ''
      else if (this.#held.length > HELD_CHARS)
        this.#held = this.#held.slice(this.#held.indexOf('\n', HELD_CHARS / 2) + 1)
    }
  }
}
