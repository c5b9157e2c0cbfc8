import { isObject, type JsonObject, wordTable } from '@isthmus/core/wire'
import { vendorOf } from './models.ts'

/** Formats of reasoning, by the vendor whose models take it back. */
const FORMATS: Readonly<Record<string, RegExp>> = wordTable({
  anthropic: /^anthropic-/,
  openai: /openai-responses-/,
  google: /^google-gemini-/,
  'x-ai': /xai-responses-/,
  'meta-llama': /^meta-responses-/,
  meta: /^meta-responses-/
})

/**
 * Replay decides which reasoning of earlier turns goes back. An upstream refuses what another vendor sealed, what it
 * sealed itself but came without the seal, and the same entry twice.
 */
export class Replay {
  #vendor: string
  #seen = new Set<string>()
  /** Whether anything was left out. */
  dropped = false

  constructor(model: string) {
    this.#vendor = vendorOf(model)
  }

  /** filter gives the entries that may go back, in their order and unchanged. */
  filter(details: readonly unknown[]): readonly unknown[] {
    const kept = details.filter(detail => !isObject(detail) || (this.#takes(detail) && this.#isNew(detail)))
    return kept.length === details.length ? details : kept
  }

  #takes(detail: JsonObject): boolean {
    const { type, format, signature } = detail
    const unsigned = type === 'reasoning.text' && (typeof signature !== 'string' || signature === '')
    const known = typeof format === 'string' && format !== 'unknown'
    const fits = this.#vendor === '' || !known || (FORMATS[this.#vendor]?.test(format) ?? false)
    const takes = fits && !(unsigned && this.#vendor === 'anthropic')
    if (!takes) this.dropped = true
    return takes
  }

  /** With parallel calls some upstreams repeat an entry for each of them: leaving out its double loses nothing. */
  #isNew(detail: JsonObject): boolean {
    if (typeof detail.id !== 'string') return true
    const key = JSON.stringify(detail)
    if (this.#seen.has(key)) return false
    this.#seen.add(key)
    return true
  }
}
