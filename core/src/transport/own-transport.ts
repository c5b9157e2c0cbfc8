import type { UpstreamReply, UpstreamRequest } from '../contract/index.ts'
import { ISTHMUS_UPSTREAM_TIMEOUT } from '../errors/index.ts'
import { classify } from './classify.ts'
import type { ReplySink, Sending } from './sink.ts'

/** Limits of a reply, in milliseconds; 0 for none. */
export interface ReplyLimits {
  readonly headersMs: number
  readonly idleMs: number
}

/** pumpBody drives a sink from a provider's own transport, with the pausing, aborting and time limits a socket has. */
export function pumpBody(
  provider: string,
  send: (request: UpstreamRequest, signal: AbortSignal) => Promise<UpstreamReply>,
  request: UpstreamRequest,
  sink: ReplySink,
  limits: ReplyLimits
): Sending {
  const controller = new AbortController()
  const { signal } = controller
  let wake: (() => void) | undefined
  let answered = false
  let timer: NodeJS.Timeout | undefined

  const abort = (): void => {
    controller.abort()
    clearTimeout(timer)
    wake?.()
  }
  const expect = (withinMs: number, what: string): void => {
    clearTimeout(timer)
    if (withinMs === 0) return
    timer = setTimeout(() => {
      abort()
      sink.fail(ISTHMUS_UPSTREAM_TIMEOUT.with({ upstream: { provider } }, provider, what))
    }, withinMs)
  }

  const run = async (): Promise<void> => {
    try {
      expect(limits.headersMs, 'waiting for its answer')
      const { head, body } = await send(request, signal)
      if (signal.aborted) return
      answered = true
      sink.head(head)
      expect(limits.idleMs, 'silent in the middle of its answer')
      for await (const bytes of body) {
        if (signal.aborted) return
        clearTimeout(timer)
        if (!sink.chunk(bytes)) {
          await new Promise<void>(resolve => {
            wake = resolve
          })
        }
        if (signal.aborted) return
        expect(limits.idleMs, 'silent in the middle of its answer')
      }
      clearTimeout(timer)
      if (!signal.aborted) sink.end()
    } catch (thrown) {
      clearTimeout(timer)
      if (!signal.aborted) sink.fail(classify(thrown, provider, answered))
    }
  }
  void run()

  return {
    resume() {
      wake?.()
      wake = undefined
    },
    abort,
    // There is no connection to keep.
    leave: abort
  }
}
