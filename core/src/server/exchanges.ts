import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ClientCall, RequestHead } from '../contract/index.ts'
import {
  type GatewayError,
  ISTHMUS_REQUEST_EMPTY,
  ISTHMUS_REQUEST_ENCODING,
  ISTHMUS_SERVER_DRAINING
} from '../errors/index.ts'
import type { LiveExchange, Pipeline } from '../pipeline/index.ts'
import type { Instance } from '../registry/index.ts'
import { isJsonType, unreadableType } from './body.ts'

const RETRY_MS = 1000

/** Door is how the server hands requests to the pipeline; the class of the pipeline has more. */
export type Door = Pick<Pipeline, 'arrive' | 'visit' | 'admit' | 'run' | 'refuse'>

/** Exchanges takes requests that want an answer from a model from their head to the pipeline. */
export class Exchanges {
  draining = false
  #door: Door
  /** The exchange whose body is being read on a connection, for when the connection itself fails. */
  #reading = new WeakMap<Duplex, LiveExchange>()

  constructor(door: Door) {
    this.#door = door
  }

  /**
   * arrive makes the exchange and asks the admit hooks, before anything of the body is read. `go` is called if the body
   * is wanted; otherwise the client has been answered.
   */
  arrive(
    ingress: Instance<'ingress'>,
    call: ClientCall,
    head: RequestHead,
    client: ServerResponse,
    headers: Readonly<Record<string, string>>,
    go: (x: LiveExchange | undefined) => void
  ): void {
    const x = this.#door.arrive(ingress, call, head, client, headers)
    const socket = client.socket
    if (socket !== null) this.#reading.set(socket, x)
    const refuse = (thrown: unknown): void => {
      this.refuse(x, thrown)
      go(undefined)
    }
    const admitted = (): void => {
      const wrong = unreadable(head)
      if (wrong === undefined) go(x)
      else refuse(wrong)
    }
    if (this.draining) {
      client.setHeader('connection', 'close')
      refuse(ISTHMUS_SERVER_DRAINING.with({ retryAfterMs: RETRY_MS }))
      return
    }
    let admitting: void | Promise<void>
    try {
      admitting = this.#door.admit(x)
    } catch (thrown) {
      refuse(thrown)
      return
    }
    if (admitting === undefined) admitted()
    else admitting.then(admitted, refuse)
  }

  /** visit asks the admit hooks about a request that calls no model, unless it is open to all; it rejects when one refuses. */
  async visit(
    ingress: Instance<'ingress'>,
    head: RequestHead,
    client: ServerResponse,
    open: boolean
  ): Promise<LiveExchange> {
    const x = this.#door.visit(ingress, head, client)
    if (!open) await this.#door.admit(x)
    return x
  }

  /** run hands a body over to the pipeline, which answers the client. */
  run(x: LiveExchange, body: unknown): void {
    this.#forget(x)
    if (body === undefined) this.#door.refuse(x, ISTHMUS_REQUEST_EMPTY())
    else void this.#door.run(x, body)
  }

  /** refuse answers with an error in the client's own format. */
  refuse(x: LiveExchange, thrown: unknown): void {
    this.#forget(x)
    this.#door.refuse(x, thrown)
  }

  /** fail tells the client whose body is being read on this connection what went wrong; false if there is none. */
  fail(socket: Duplex, error: GatewayError): boolean {
    const x = this.#reading.get(socket)
    if (x === undefined || x.client.headersSent) return false
    x.client.setHeader('connection', 'close')
    this.refuse(x, error)
    return true
  }

  #forget(x: LiveExchange): void {
    const socket = x.client.socket
    if (socket !== null && this.#reading.get(socket) === x) this.#reading.delete(socket)
  }
}

/** unreadable tells from the head that a body cannot be read, which costs less than reading it. */
function unreadable({ headers }: RequestHead): GatewayError | undefined {
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding.trim() !== '' && encoding.trim().toLowerCase() !== 'identity') {
    return ISTHMUS_REQUEST_ENCODING(encoding.slice(0, 40))
  }
  return isJsonType(headers['content-type']) ? undefined : unreadableType(headers['content-type'])
}
