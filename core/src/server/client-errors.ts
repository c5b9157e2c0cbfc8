import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { type GatewayError, ISTHMUS_REQUEST_INVALID, ISTHMUS_REQUEST_TIMEOUT } from '../errors/index.ts'
import { idHeaders, shapeError } from './answer.ts'
import type { Ingresses } from './unknown-routes.ts'

/**
 * answerClientError answers a connection on which no request can be read any more, and closes it. `fail` tells the client whose
 * request was being read; it is false where there was none.
 */
export function answerClientError(
  thrown: NodeJS.ErrnoException,
  socket: Socket,
  fail: (error: GatewayError) => boolean,
  ingresses: Ingresses
): void {
  if (thrown.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy()
    return
  }
  const timedOut = thrown.code === 'ERR_HTTP_REQUEST_TIMEOUT'
  const error = timedOut ? ISTHMUS_REQUEST_TIMEOUT() : ISTHMUS_REQUEST_INVALID('The request is not valid HTTP')
  if (fail(error)) return
  // Bytes that have gone out may be the beginning of another answer: nothing can be added to that.
  if (socket.bytesWritten > 0) socket.destroy()
  else socket.end(rawAnswer(error, thrown.code === 'HPE_HEADER_OVERFLOW' ? 431 : undefined, ingresses))
}

function rawAnswer(error: GatewayError, status: number | undefined, ingresses: Ingresses): string {
  const id = randomUUID()
  const ingress = ingresses()[0]
  const shaped = shapeError(ingress, error, id)
  const code = status ?? shaped.status
  const text = JSON.stringify(shaped.body)
  const headers = {
    ...idHeaders(ingress, id),
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(text)),
    connection: 'close'
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${code} ${STATUS_CODES[code] ?? 'Error'}\r\n${lines.join('')}\r\n${text}`
}
