import type { ErrorWriter, UpstreamCodec, UpstreamError } from '@isthmus/core'

/** serviceOf gives what is the same on all endpoints of the service: its own reply header, and how its errors read. */
export function serviceOf<C extends Pick<UpstreamCodec<never>, 'forward' | 'error'>>(
  { forward, error }: C,
  strictParams: boolean
) {
  return {
    forward: { ...forward, response: [...forward.response, 'x-generation-id'] },
    error: {
      ...(error as C['error'] & ErrorWriter),
      decode: (head: Parameters<C['error']['decode']>[0], body: Uint8Array) =>
        explain(error.decode(head, body), strictParams)
    }
  }
}

/** explain: no upstream is found where none takes every parameter, which looks as if there was no such model. */
function explain(error: UpstreamError, strictParams: boolean): UpstreamError {
  if (!strictParams || error.kind !== 'not_found' || !/no endpoints/i.test(error.message)) return error
  return { ...error, message: `${error.message} (only upstreams that take every parameter were asked)` }
}
