import type { ReplyOptions } from '@isthmus/core'

const bare = (id: string): string => id.replaceAll('-', '')

/** responseId gives a reply its id: the exchange's if it is one of this format, the upstream's if that is one, or one made of the exchange's. */
export function responseId(id: string, options: ReplyOptions): string {
  if (options.id.startsWith('resp_')) return options.id
  return id.startsWith('resp_') ? id : `resp_${bare(options.id)}`
}

/** ReplyIds gives each item of a reply an id of its own: the upstream's, unless it is missing or taken. */
export class ReplyIds {
  #used = new Set<string>()
  #reply: string
  #count = 0

  /** `reply` is the id of the exchange, or of its reply. */
  constructor(reply: string) {
    this.#reply = reply
  }

  get #base(): string {
    return bare(this.#reply).replace(/^resp_/, '')
  }

  item(prefix: string, own: unknown): string {
    const at = this.#count++
    const id = typeof own === 'string' && own !== '' && !this.#used.has(own) ? own : `${prefix}_${this.#base}_${at}`
    this.#used.add(id)
    return id
  }

  /** call gives an id to a call that came without one. */
  call(own: string): string {
    return own === '' ? `call_${this.#base}_${this.#count}` : own
  }
}
