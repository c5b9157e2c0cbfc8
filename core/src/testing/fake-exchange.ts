import { fail } from 'node:assert/strict'
import type { Exchange, Slot, Summary } from '../contract/index.ts'
import type { EventBatch, Gap, GenerateRequest } from '../ir/index.ts'
import { deepFreeze } from './case.ts'
import { memoryLogger } from './fake-host.ts'
import { requestWith } from './sample-requests.ts'

/** FakeExchange is an exchange outside a pipeline: it keeps what hooks report, answer and log. */
export interface FakeExchange extends Exchange {
  readonly gaps: readonly Gap[]
  /** What a hook answered, if it did. */
  readonly answered: EventBatch | undefined
  readonly lines: readonly Readonly<Record<string, unknown>>[]
}

/** fakeExchange gives middleware hooks something to look at. */
export function fakeExchange(
  given: Partial<Pick<Exchange, 'headers' | 'credential' | 'principal' | 'signal' | 'plan'>> & {
    readonly request?: GenerateRequest
  } = {}
): FakeExchange {
  const slots = new Map<Slot<unknown>, unknown>()
  const gaps: Gap[] = []
  const lines: Record<string, unknown>[] = []
  let answered: EventBatch | undefined
  return {
    id: 'kit-1',
    ingress: 'kit',
    headers: given.headers ?? {},
    credential: given.credential,
    signal: given.signal ?? new AbortController().signal,
    log: memoryLogger('kit', lines),
    plan: given.plan,
    ...(given.principal !== undefined && { principal: given.principal }),
    request: deepFreeze(given.request ?? requestWith()),
    gaps,
    lines,
    get<T>(slot: Slot<T>) {
      return slots.get(slot) as T | undefined
    },
    set(slot, value) {
      slots.set(slot, value)
    },
    report: gap => void gaps.push(gap),
    answer(events) {
      if (answered !== undefined) fail('the exchange was answered twice')
      answered = events
    },
    get answered() {
      return answered
    }
  }
}

/** sampleSummaries are exchanges as meters are told of them: a good one, a failed one, one whose client left. */
export function sampleSummaries(): readonly Summary[] {
  const good: Summary = {
    exchange: 'kit-1',
    ingress: 'kit',
    principal: 'ada',
    model: 'fast',
    alias: undefined,
    target: 'kit/kit-model',
    stream: true,
    attempts: [
      { target: 'kit/other', outcome: 'failed', code: 'ISTHMUS_UPSTREAM_LIMITED', status: 429, ms: 12 },
      { target: 'kit/kit-model', outcome: 'ok', status: 200, ms: 340 }
    ],
    usage: { input: { fresh: 11, cacheRead: 3, cacheWrite: { total: 2 } }, output: { total: 7, reasoning: 4 } },
    finish: 'stop',
    gaps: [{ feature: 'sampling.seed', action: 'dropped', field: 'seed' }],
    outcome: 'ok',
    status: 200,
    code: undefined,
    kind: undefined,
    ttftMs: 120,
    totalMs: 352
  }
  const nothing = { target: undefined, attempts: [], usage: undefined, finish: undefined, gaps: [], ttftMs: undefined }
  return deepFreeze([
    good,
    {
      ...good,
      ...nothing,
      principal: undefined,
      stream: false,
      outcome: 'failed',
      status: 404,
      code: 'ISTHMUS_MODEL_NOT_FOUND',
      kind: 'not_found',
      totalMs: 1
    },
    {
      ...good,
      usage: { input: {}, output: {} },
      finish: undefined,
      outcome: 'cancelled',
      status: 499,
      code: 'ISTHMUS_REQUEST_CANCELLED',
      kind: 'cancelled'
    }
  ])
}
