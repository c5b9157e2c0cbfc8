import { createHash } from 'node:crypto'

const suffix = (text: string) => `_${createHash('sha256').update(text).digest('hex').slice(0, 8)}`
const ILLEGAL = /[^a-zA-Z0-9_-]/g

/** isLegalId tells whether the service takes an id as it is. */
export function isLegalId(id: string): boolean {
  return /^[a-zA-Z0-9_-]+$/.test(id)
}

/** legalId makes an id of any text that matches `^[a-zA-Z0-9_-]+$`; equal texts give equal ids, others other ones. */
export function legalId(id: string): string {
  if (isLegalId(id)) return id
  return id.replace(ILLEGAL, '_') + suffix(id)
}

const MAX_NAME = 128

/** legalName makes a tool name of any text that fits the format. */
export function legalName(name: string): string {
  if (name.length <= MAX_NAME && isLegalId(name)) return name
  const clean = name.replace(ILLEGAL, '_')
  return clean.slice(0, MAX_NAME - 9) + suffix(name)
}

/**
 * CallIds gives each call of a conversation a legal id of its own, and each result the id of its call. An id that some
 * server used a second time is renamed together with the results that follow it.
 */
export class CallIds {
  #current = new Map<string, string>()
  #used = new Set<string>()
  #native: boolean

  /** A client of this format may use an id again in a later turn, as the service takes it. */
  constructor(native: boolean) {
    this.#native = native
  }

  call(id: string): string {
    const legal = legalId(id === '' ? `call_${this.#used.size}` : id)
    let unique = legal
    for (let n = 2; !this.#native && this.#used.has(unique); n++) unique = `${legal}_${n}`
    this.#used.add(unique)
    this.#current.set(id, unique)
    return unique
  }

  result(callId: string): string {
    return this.#current.get(callId) ?? legalId(callId === '' ? 'call' : callId)
  }
}
