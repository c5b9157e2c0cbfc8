import type { RequestHead } from '../contract/index.ts'
import type { FormatId, IrRequest } from '../ir/index.ts'

/** ingressOf says which format a request was read from, and keeps those of the client's headers that may travel on. */
export function ingressOf(format: FormatId, head: RequestHead, forwarded: readonly string[]): IrRequest['ingress'] {
  let headers: Record<string, string> | undefined
  for (const name of forwarded) {
    const value = head.headers[name]
    if (value === undefined) continue
    headers ??= {}
    headers[name] = value
  }
  return headers === undefined ? { format } : { format, headers }
}
