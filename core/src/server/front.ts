import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import type { Socket } from 'node:net'
import type { ServerConfig } from '../config/index.ts'
import { Connections } from './drain.ts'
import { listenerOptions, type TlsFiles } from './server-options.ts'

/** Behind is what a front hands requests to. */
export interface Behind {
  handle(request: IncomingMessage, response: ServerResponse): void
}

/** Front is the one server that listens, for the life of the process. What answers behind it may be exchanged. */
export class Front {
  readonly server: Server
  readonly connections: Connections
  #behind: Behind | undefined
  #tls: TlsFiles | undefined

  constructor(
    config: ServerConfig,
    tls: TlsFiles | undefined,
    onClientError: (error: NodeJS.ErrnoException, socket: Socket) => void
  ) {
    this.#tls = tls
    const options = listenerOptions(config)
    this.server = tls === undefined ? createServer(options) : createTlsServer({ ...options, ...tls })
    this.connections = new Connections(this.server, tls !== undefined)
    this.server.on('request', (request, response) => this.#behind?.handle(request, response))
    this.server.on('clientError', (error, socket) => onClientError(error, socket as Socket))
  }

  /** goOver sends requests from here on to something else. */
  goOver(behind: Behind): void {
    this.#behind = behind
  }

  /** certify uses another certificate from here on, where there was one. */
  certify(tls: TlsFiles): void {
    // Without a change the sessions that clients resume stay good.
    if (this.#tls === undefined || isSame(tls, this.#tls)) return
    this.#tls = tls
    ;(this.server as TlsServer).setSecureContext({ ...tls })
  }

  /** close takes no more connections, and cuts after `limitMs` those on which something is still going on. */
  async close(limitMs: number): Promise<void> {
    const cut = setTimeout(() => this.server.closeAllConnections(), limitMs)
    await new Promise(closed => this.server.close(closed))
    clearTimeout(cut)
  }
}

const isSame = (one: TlsFiles, other: TlsFiles): boolean => one.cert.equals(other.cert) && one.key.equals(other.key)
