import type { RequestHead } from '../contract/index.ts'

/** requestHead is the head of a client's request, with some members replaced. */
export function requestHead(changes: Partial<RequestHead> = {}): RequestHead {
  const headers = { 'content-type': 'application/json', ...changes.headers }
  return { method: 'POST', path: '/kit', query: {}, params: {}, ...changes, headers }
}
