import type { Logprobs } from '@isthmus/core'
import { codepoints } from '@isthmus/core/wire'
import { isBlank } from './text-join.ts'

/** Piece is text to be written, with its log probabilities if there are any. */
export interface Piece {
  readonly text: string
  readonly logprobs: Logprobs | undefined
}

interface Waiting {
  readonly index: number
  readonly apart: boolean
  readonly pieces: Piece[]
  end: string | undefined
}

/**
 * TextLane puts the text parts of a choice, which may be open at the same time, into one string in their order: a part
 * that opens while another is open waits for its turn. Between parts that stood apart goes a blank line, once both
 * sides have something to read.
 */
export class TextLane {
  /** Index of the part whose deltas go out as they are, -1 for none. */
  plain = -1
  #current = -1
  #waiting: Waiting[] = []
  /** Blank text that waits for more, where a blank line may be due before it. */
  #held: string | undefined
  #any = false
  /** All that was written, and where in it each part starts. */
  #written = ''
  #starts = new Map<number, number>()

  start(index: number, apart: boolean): void {
    if (this.#current >= 0) this.#waiting.push({ index, apart, pieces: [], end: undefined })
    else this.#open(index, apart)
  }

  delta(index: number, text: string, logprobs: Logprobs | undefined): readonly Piece[] {
    const waiting = this.#waiting.find(part => part.index === index)
    if (waiting === undefined) return this.#write({ text, logprobs })
    waiting.pieces.push({ text, logprobs })
    return []
  }

  /** end takes the final text of a part, and gives what waited for its end. */
  end(index: number, text: string): readonly Piece[] {
    const waiting = this.#waiting.find(part => part.index === index)
    if (waiting !== undefined) {
      waiting.end = text
      return []
    }
    const pieces = this.#close(text)
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      this.#open(next.index, next.apart)
      for (const piece of next.pieces) pieces.push(...this.#write(piece))
      if (next.end === undefined) break
      pieces.push(...this.#close(next.end))
    }
    return pieces
  }

  /** before is how many characters stand before a part. */
  before(index: number): number {
    return codepoints(this.#written.slice(0, this.#starts.get(index)))
  }

  #open(index: number, apart: boolean): void {
    const separate = apart && this.#any
    this.#current = index
    this.#held = separate ? '' : undefined
    this.plain = separate ? -1 : index
    this.#starts.set(index, this.#written.length)
  }

  #write(piece: Piece): readonly Piece[] {
    if (this.#held === undefined) return [piece]
    this.#held += piece.text
    if (isBlank(this.#held)) return piece.logprobs === undefined ? [] : [{ text: '', logprobs: piece.logprobs }]
    const text = `\n\n${this.#held}`
    this.#held = undefined
    this.#written += '\n\n'
    this.#starts.set(this.#current, this.#written.length)
    return [{ text, logprobs: piece.logprobs }]
  }

  #close(text: string): Piece[] {
    const held = this.#held
    if (!isBlank(text)) this.#any = true
    this.#written += text
    this.#held = undefined
    this.#current = -1
    this.plain = -1
    return held === undefined || held === '' ? [] : [{ text: held, logprobs: undefined }]
  }
}
