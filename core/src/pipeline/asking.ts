import type { Asked } from '../contract/index.ts'
import { verdictOf } from '../ir/index.ts'
import { estimate } from '../routing/index.ts'
import type { LiveExchange } from './live-exchange.ts'

/** Asking is what an alias may look at of an exchange. Nothing is worked out before it is asked for. */
export class Asking implements Asked {
  readonly #x: LiveExchange

  constructor(x: LiveExchange) {
    this.#x = x
  }

  get group(): string | undefined {
    return this.#x.group
  }

  get user(): string | undefined {
    const { request } = this.#x
    return ('identity' in request ? request.identity?.endUser : undefined) ?? this.#x.principal
  }

  get session(): string | undefined {
    const { request } = this.#x
    return 'identity' in request ? request.identity?.sessionId : undefined
  }

  inputTokens(): number {
    return estimate(this.#x.request)
  }
}

/** showsReasoning tells whether the client's format has a place for thoughts. */
export function showsReasoning({ call }: LiveExchange): boolean {
  return call !== undefined && 'features' in call && verdictOf(call.features, 'reply.reasoning') !== 'dropped'
}
