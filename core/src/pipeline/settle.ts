import type { Summary } from '../contract/index.ts'
import type { Hooks } from './hooks.ts'
import type { LiveExchange } from './live-exchange.ts'
import type { Ending, ReplyWriter } from './reply-writer.ts'

/** summarize tells what is known of an exchange once it is over. */
export function summarize(x: LiveExchange, writer: ReplyWriter, ending: Ending, nowMs: number): Summary {
  const { error } = ending
  const first = writer.firstContentMs
  return {
    exchange: x.id,
    ingress: x.ingress,
    principal: x.principal,
    model: x.model,
    alias: x.alias,
    target: x.attempts.at(-1)?.target,
    stream: x.stream,
    attempts: x.attempts,
    usage: writer.usage,
    finish: writer.finish,
    gaps: x.gaps,
    outcome: ending.outcome,
    status: ending.status,
    code: error?.code,
    kind: error?.kind,
    ttftMs: first === undefined ? undefined : first - x.startMs,
    totalMs: nowMs - x.startMs
  }
}

/** settle tells everybody who waits for the end of an exchange. One that throws does not keep it from the others. */
export function settle(x: LiveExchange, hooks: Hooks, summary: Summary): void {
  for (const settled of hooks.settled) guarded(x, () => settled(x, summary))
  for (const meter of hooks.meters) guarded(x, () => meter.record(summary))
}

/** journal lets meters that must survive a kill write before the client sees the end. */
export function journal(x: LiveExchange, hooks: Hooks, summary: Summary): void {
  for (const meter of hooks.meters) if (meter.journal !== undefined) guarded(x, () => meter.journal?.(summary))
}

function guarded(x: LiveExchange, run: () => void): void {
  try {
    run()
  } catch (thrown) {
    x.log.error({ err: thrown }, 'a plugin failed while the exchange settled')
  }
}
