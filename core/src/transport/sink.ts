import type { ResponseHead } from '../contract/index.ts'
import type { GatewayError } from '../errors/index.ts'

/** ReplySink takes one upstream reply, synchronously. After `end` or `fail` nothing comes. */
export interface ReplySink {
  head(head: ResponseHead): void
  /** false asks to pause until `Sending.resume`. */
  chunk(bytes: Uint8Array): boolean
  end(): void
  fail(error: GatewayError): void
}

/** Sending is a request under way. */
export interface Sending {
  resume(): void
  /** abort closes the connection at once; the sink hears nothing more. */
  abort(): void
  /**
   * leave is for a reply that is complete before its body is: a format's end mark comes before HTTP's. The rest is read
   * and thrown away, so that the connection can be used again; what takes longer than a moment is aborted.
   */
  leave(): void
}
