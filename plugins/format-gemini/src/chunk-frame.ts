import { type JsonObject, jsonText } from '@isthmus/core/wire'
import type { Piece } from './candidate-writer.ts'

/** ChunkFacts are the members that every chunk repeats. */
export interface ChunkFacts {
  readonly modelVersion: string
  readonly responseId: string
}

/**
 * ChunkFrame writes the chunks of one stream, as server-sent events or as elements of an array. Most chunks are a piece of
 * text in the same frame, so the frame is written once.
 */
export class ChunkFrame {
  #isArray: boolean
  #begun = false
  #tail = ''

  constructor(isArray: boolean) {
    this.#isArray = isArray
  }

  /** about sets what stands in every chunk from now on. */
  about(facts: ChunkFacts, usageMetadata: JsonObject | undefined): void {
    // The braces of an object that goes on.
    this.#tail = `,${JSON.stringify({ ...(usageMetadata && { usageMetadata }), ...facts }).slice(1)}`
  }

  /** text writes a chunk with a piece of text and nothing else. */
  text(choice: number, { text, thought }: Piece): string {
    const flag = thought ? ',"thought":true' : ''
    const part = `{"text":${jsonText(text)}${flag}}`
    const candidate = `{"content":{"parts":[${part}],"role":"model"},"index":${choice}}`
    return this.#frame(`{"candidates":[${candidate}]${this.#tail}`)
  }

  /** chunk writes a chunk with members of its own before those that every chunk has. */
  chunk(members: JsonObject): string {
    return this.#frame(JSON.stringify(members).slice(0, -1) + this.#tail)
  }

  /** bare writes an object as it is. */
  bare(object: JsonObject): string {
    return this.#frame(JSON.stringify(object))
  }

  /**
   * failure writes an error as the last thing. In events it follows once more as a bare line, as the service itself tells
   * one: clients that take an event without candidates for a chunk notice only that the stream ends within something.
   */
  failure(object: JsonObject): string {
    const json = JSON.stringify(object)
    return this.#frame(json) + (this.#isArray ? '' : `${json}\n`)
  }

  /** end closes the array. Server-sent events just end. */
  end(): string {
    if (!this.#isArray) return ''
    return this.#begun ? ']' : '[]'
  }

  #frame(json: string): string {
    if (!this.#isArray) return `data: ${json}\n\n`
    const border = this.#begun ? ',\r\n' : '['
    this.#begun = true
    return border + json
  }
}
