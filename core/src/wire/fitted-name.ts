import { createHash } from 'node:crypto'

const SUFFIX_CHARS = 8

/** shortHash gives hexadecimal digits that are the same for the same text. */
export function shortHash(text: string, chars = SUFFIX_CHARS): string {
  return createHash('sha256').update(text).digest('hex').slice(0, chars)
}

/**
 * fittedName makes a text fit a service's rules: characters that match `illegal` become `_`, and what is too long is cut.
 * A text that had to be changed ends in a hash of itself, so that equal texts stay equal and others apart.
 */
export function fittedName(text: string, illegal: RegExp, maxChars: number): string {
  const clean = text.replace(illegal, '_')
  if (clean === text && text.length <= maxChars) return text
  return `${clean.slice(0, maxChars - SUFFIX_CHARS - 1)}_${shortHash(text)}`
}

/** madeCallId gives an id to a call that came without one, from what tells it apart from other calls. */
export function madeCallId(...facts: readonly (string | number)[]): string {
  return `call_${shortHash(facts.join('\n'), 24)}`
}

/** FittedNames fits names and remembers which were changed, so that a reply can be given the client's own again. */
export class FittedNames {
  #fit: (name: string) => string
  #originals: Record<string, string> | undefined

  constructor(fit: (name: string) => string) {
    this.#fit = fit
  }

  /** wire gives the name as it is sent. */
  wire(name: string): string {
    const fitted = this.#fit(name)
    if (fitted !== name) {
      this.#originals ??= Object.create(null) as Record<string, string>
      this.#originals[fitted] = name
    }
    return fitted
  }

  /** originals maps names as sent to names as written; undefined when none was changed. */
  get originals(): Readonly<Record<string, string>> | undefined {
    return this.#originals
  }
}
