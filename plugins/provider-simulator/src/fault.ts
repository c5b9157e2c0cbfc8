import type { ModelName } from './model-name.ts'
import { wrong } from './model-name.ts'

/** Midway is how an answer breaks off after some tokens. */
export type Midway = 'stall' | 'cut' | 'reset' | 'error' | 'garbage'

/** Fault is what goes wrong with a reply. */
export type Fault =
  | { readonly type: 'unreachable' | 'empty' }
  | { readonly type: 'slow_head'; readonly ms: number }
  | { readonly type: 'status'; readonly name: string; readonly status: number; readonly retryAfterMs?: number }
  | { readonly type: 'midway'; readonly how: Midway; readonly afterTokens: number }

/* Failures that share a status with others and are asked for by name. */
const NAMED: Readonly<Record<string, number>> = { context: 400, policy: 400 }
const RETRY_AFTER_MS: Readonly<Record<number, number>> = { 429: 1000, 503: 1000, 529: 1000 }

/** statusFault reads the amount of `fail:…`. The time behind the `@` is what `retry-after` says. */
export function statusFault(name: ModelName): Fault {
  const asked = name.amount ?? '500'
  const status = Object.hasOwn(NAMED, asked)
    ? (NAMED[asked] as number)
    : /^[45]\d\d$/.test(asked)
      ? Number(asked)
      : undefined
  if (status === undefined)
    throw wrong(name.text, asked, `a status from 400 to 599, ${Object.keys(NAMED).join(' or ')}`)
  const retryAfterMs = name.delayMs ?? RETRY_AFTER_MS[status]
  return { type: 'status', name: asked, status, ...(retryAfterMs !== undefined && { retryAfterMs }) }
}
