import type { UpstreamReply, UpstreamRequest } from '../contract/index.ts'
import { classify } from './classify.ts'
import type { ReplySink, Sending } from './transport.ts'

/** pumpBody drives a sink from a provider's own transport, with the same pausing and aborting as a socket has. */
export function pumpBody(
  provider: string,
  send: (request: UpstreamRequest, signal: AbortSignal) => Promise<UpstreamReply>,
  request: UpstreamRequest,
  sink: ReplySink
): Sending {
  const controller = new AbortController()
  let wake: (() => void) | undefined
  let answered = false

  const run = async (): Promise<void> => {
    try {
      const { head, body } = await send(request, controller.signal)
      if (controller.signal.aborted) return
      answered = true
      sink.head(head)
      for await (const bytes of body) {
        if (controller.signal.aborted) return
        if (!sink.chunk(bytes)) {
          await new Promise<void>(resolve => {
            wake = resolve
          })
        }
        if (controller.signal.aborted) return
      }
      sink.end()
    } catch (thrown) {
      if (!controller.signal.aborted) sink.fail(classify(thrown, provider, answered))
    }
  }
  void run()

  return {
    resume() {
      wake?.()
      wake = undefined
    },
    abort() {
      controller.abort()
      wake?.()
    }
  }
}
