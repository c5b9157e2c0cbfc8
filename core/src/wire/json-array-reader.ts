import type { SseListener } from './sse-reader.ts'

const MAX_ELEMENT_CHARS = 64 * 1024 * 1024

/** What ends a value that is no object, array or string. */
const ENDS_SCALAR = /[\s,\]]/

/**
 * JsonArrayReader turns bytes into the elements of a stream that is one JSON array, as soon as each is whole and whatever
 * the chunk borders. It only looks for where elements end: whether they are JSON is for their reader to say.
 */
export class JsonArrayReader {
  #text = new TextDecoder()
  #listener: SseListener
  #pieces: string[] = []
  #chars = 0
  #depth = 0
  #inString = false
  #escaped = false
  #inScalar = false
  #state: 'before' | 'inside' | 'after' = 'before'

  constructor(listener: SseListener) {
    this.#listener = listener
  }

  /** push throws when one element is larger than the limit, and so does whatever the listener throws. */
  push(chunk: Uint8Array): void {
    this.#read(this.#text.decode(chunk, { stream: true }))
  }

  /** end gives nothing back. An element that was cut off is not read: the reply ends early with it. */
  end(): string {
    this.#read(this.#text.decode())
    return ''
  }

  #read(text: string): void {
    let from = 0
    for (let at = 0; at < text.length && this.#state !== 'after'; at++) {
      const character = text[at]!
      if (this.#state === 'before') {
        if (character === '[') this.#state = 'inside'
        from = at + 1
      } else if (this.#isInElement()) {
        if (!this.#closes(character)) continue
        // A comma or bracket after a scalar is not part of it.
        const end = this.#inScalar ? at : at + 1
        if (this.#inScalar) at--
        this.#inScalar = false
        this.#keep(text.slice(from, end))
        from = end
        this.#emit()
      } else {
        if (character === ']') this.#state = 'after'
        else if (character !== ',' && character.trim() !== '') this.#open(character)
        from = this.#isInElement() ? at : at + 1
      }
    }
    if (this.#isInElement()) this.#keep(text.slice(from))
  }

  #isInElement(): boolean {
    return this.#depth > 0 || this.#inString || this.#inScalar
  }

  #open(character: string): void {
    if (character === '{' || character === '[') this.#depth = 1
    else if (character === '"') this.#inString = true
    else this.#inScalar = true
  }

  /** #closes tells whether a character ends the element. */
  #closes(character: string): boolean {
    if (this.#inScalar) return ENDS_SCALAR.test(character)
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false
      else if (character === '\\') this.#escaped = true
      else if (character === '"') this.#inString = false
      return !this.#inString && this.#depth === 0
    }
    if (character === '"') this.#inString = true
    else if (character === '{' || character === '[') this.#depth++
    else if (character === '}' || character === ']') this.#depth--
    return this.#depth === 0
  }

  /** An element in many small chunks is joined once, when it is whole. */
  #keep(piece: string): void {
    if (piece === '') return
    this.#pieces.push(piece)
    this.#chars += piece.length
    if (this.#chars > MAX_ELEMENT_CHARS) throw new RangeError('an element of the stream is too long')
  }

  #emit(): void {
    const element = this.#pieces.join('')
    this.#pieces = []
    this.#chars = 0
    this.#listener.event(element, undefined)
  }
}
