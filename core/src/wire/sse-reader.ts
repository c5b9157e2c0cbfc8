import { createParser } from 'eventsource-parser'

/** SseListener is told of what an SSE stream holds, in order. */
export interface SseListener {
  /** One event: its data lines joined, and its `event:` name if it had one. */
  event(data: string, name: string | undefined): void
  /** A comment line, which servers send to keep the connection open. */
  comment?(): void
}

const MAX_EVENT_CHARS = 64 * 1024 * 1024
const MAX_STRAY_CHARS = 1024 * 1024
const LF = 10

/**
 * SseReader turns bytes into SSE events, whatever the chunk borders: one incremental UTF-8 decoder for each stream, a
 * byte order mark stripped, LF, CRLF and CR line ends. Lines that are not SSE are kept for `end`: some servers put a
 * bare JSON error into the stream.
 *
 * The parser is given whole lines only. It skips the rest of a line as soon as its beginning is no SSE field, so with
 * lines in pieces a bare JSON error would be seen or not seen depending on where the chunks were cut.
 */
export class SseReader {
  #text = new TextDecoder()
  #parser: ReturnType<typeof createParser>
  #line: string[] = []
  #lineChars = 0
  #stray = ''

  constructor(listener: SseListener) {
    this.#parser = createParser({
      maxBufferSize: MAX_EVENT_CHARS,
      onEvent: message => listener.event(message.data, message.event),
      onComment: () => listener.comment?.(),
      onError: error => {
        if (error.type === 'max-buffer-size-exceeded') throw error
        if (error.line !== undefined && this.#stray.length < MAX_STRAY_CHARS) this.#stray += `${error.line}\n`
      }
    })
  }

  /** push throws when one event is larger than the limit, and so does whatever the listener throws. */
  push(chunk: Uint8Array): void {
    const text = this.#text.decode(chunk, { stream: true })
    if (text === '') return
    // As a rule a chunk ends with its last event, and nothing is left over.
    const end = text.charCodeAt(text.length - 1) === LF ? text.length : lastLineEnd(text)
    if (end > 0) {
      const lines = end === text.length ? text : text.slice(0, end)
      this.#parser.feed(this.#line.length === 0 ? lines : this.#takeLine() + lines)
    }
    if (end < text.length) this.#keep(end === 0 ? text : text.slice(end))
  }

  /** end gives the text that was no SSE, `''` as a rule. A last event without its blank line is read as well. */
  end(): string {
    this.#parser.feed(`${this.#takeLine()}${this.#text.decode()}\n\n`)
    return this.#stray
  }

  /** A long line in many small chunks is joined once, when it is whole. */
  #keep(piece: string): void {
    this.#line.push(piece)
    this.#lineChars += piece.length
    if (this.#lineChars > MAX_EVENT_CHARS) throw new Error(`an event is longer than ${MAX_EVENT_CHARS} characters`)
  }

  #takeLine(): string {
    const line = this.#line.join('')
    this.#line = []
    this.#lineChars = 0
    return line
  }
}

/** lastLineEnd is the position after the last CR or LF, 0 when there is none. */
function lastLineEnd(text: string): number {
  return Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1
}
