import { type JsonObject, jsonText } from '@isthmus/core/wire'

/** ChunkFacts are the members that every chunk of a stream repeats. */
export interface ChunkFacts {
  readonly id: string
  readonly created: number
  readonly model: string
  readonly serviceTier?: string | undefined
  readonly fingerprint?: string | undefined
}

/** ChunkFrame writes chunks. What they all have in common is written once; a text delta is two pieces around its text. */
export class ChunkFrame {
  #open: string
  #heads: Record<number, string> = {}

  constructor({ id, created, model, serviceTier, fingerprint }: ChunkFacts) {
    const facts: JsonObject = { id, object: 'chat.completion.chunk', created, model }
    // Null would be refused by some clients: what is not known is left out.
    if (serviceTier !== undefined) facts.service_tier = serviceTier
    if (fingerprint !== undefined) facts.system_fingerprint = fingerprint
    this.#open = `data: ${JSON.stringify(facts).slice(0, -1)}`
  }

  /** delta writes a chunk with one choice that goes on; `members` are those of the choice. */
  delta(index: number, delta: JsonObject, members?: JsonObject): string {
    const rest = members === undefined ? '' : `,${JSON.stringify(members).slice(1, -1)}`
    return `${this.#head(index)}${JSON.stringify(delta)}${rest},"finish_reason":null}]}\n\n`
  }

  /** text writes the most common chunk, byte for byte as {@link delta} would. */
  text(index: number, text: string): string {
    return `${this.#head(index)}{"content":${jsonText(text)}},"finish_reason":null}]}\n\n`
  }

  #head(index: number): string {
    this.#heads[index] ??= `${this.#open},"choices":[{"index":${index},"delta":`
    return this.#heads[index]
  }

  chunk(choices: readonly JsonObject[], members?: JsonObject): string {
    const rest = members === undefined || Object.keys(members).length === 0 ? '' : JSON.stringify(members).slice(1, -1)
    return `${this.#open},"choices":${JSON.stringify(choices)}${rest === '' ? '' : `,${rest}`}}\n\n`
  }
}
