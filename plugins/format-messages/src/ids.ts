import { fittedName } from '@isthmus/core/wire'

const ILLEGAL = /[^a-zA-Z0-9_-]/g
const MAX_NAME_CHARS = 128

/** legalId makes an id of any text that matches `^[a-zA-Z0-9_-]+$`; equal texts give equal ids, others other ones. */
export function legalId(id: string): string {
  return fittedName(id, ILLEGAL, Number.POSITIVE_INFINITY)
}

/** legalName makes a tool name of any text that fits the format. */
export function legalName(name: string): string {
  return fittedName(name, ILLEGAL, MAX_NAME_CHARS)
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
