import { createHash } from 'node:crypto'

const LEGAL = /^[a-zA-Z0-9_-]{1,64}$/
const MAX_ID_CHARS = 64
const SUFFIX_CHARS = 9

const hash = (text: string): string =>
  createHash('sha256')
    .update(text)
    .digest('hex')
    .slice(0, SUFFIX_CHARS - 1)

/** ToolNames fits names to what the format allows: the same name always gives the same result, and it can be undone. */
export class ToolNames {
  #originals: Record<string, string> | undefined

  /** wire gives the name as it is sent. */
  wire(name: string): string {
    if (LEGAL.test(name)) return name
    const fitted = `${name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 64 - SUFFIX_CHARS)}_${hash(name)}`
    this.#originals ??= Object.create(null) as Record<string, string>
    this.#originals[fitted] = name
    return fitted
  }

  /** originals maps names as sent to names as written; undefined when none was changed. */
  get originals(): Readonly<Record<string, string>> | undefined {
    return this.#originals
  }
}

/** fitCallId shortens an id that the format has no room for; call and result get the same one. */
export function fitCallId(id: string): string {
  return id.length <= MAX_ID_CHARS ? id : `${id.slice(0, MAX_ID_CHARS - SUFFIX_CHARS)}_${hash(id)}`
}

/** hashUser shortens the id of an end user to a hash that is the same for the same user. */
export function hashUser(user: string, maxChars: number): string {
  return createHash('sha256').update(user).digest('hex').slice(0, maxChars)
}

/** madeCallId gives an id to a call that came without one, from what tells it apart from other calls. */
export function madeCallId(...facts: readonly (string | number)[]): string {
  return `call_${createHash('sha256').update(facts.join('\n')).digest('hex').slice(0, 24)}`
}
