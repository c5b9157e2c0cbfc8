import type { SseListener } from './sse-reader.ts'

const MAX_LINE_CHARS = 64 * 1024 * 1024

/**
 * LineReader turns bytes into the lines of a stream that has one JSON value on each line (NDJSON), whatever the chunk
 * borders. Blank lines, which servers send to keep the connection open, count as comments.
 */
export class LineReader {
  #text = new TextDecoder()
  #listener: SseListener
  #line = ''

  constructor(listener: SseListener) {
    this.#listener = listener
  }

  /** push throws when one line is larger than the limit. */
  push(chunk: Uint8Array): void {
    this.#read(this.#text.decode(chunk, { stream: true }))
  }

  /** end reads a last line without its line end. It gives nothing back: every line is an event. */
  end(): string {
    this.#read(this.#text.decode())
    if (this.#line.trim() !== '') this.#emit()
    return ''
  }

  #read(text: string): void {
    let from = 0
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', from)) {
      this.#line += text.slice(from, at)
      from = at + 1
      this.#emit()
    }
    this.#line += text.slice(from)
    if (this.#line.length > MAX_LINE_CHARS) throw new RangeError('a line of the stream is too long')
  }

  #emit(): void {
    const line = this.#line.trim()
    this.#line = ''
    if (line === '') this.#listener.comment?.()
    else this.#listener.event(line, undefined)
  }
}
