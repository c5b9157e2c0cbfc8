import { randomUUID } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import type { ErrorReply } from '../contract/index.ts'
import type { GatewayError } from '../errors/index.ts'
import type { Instance } from '../registry/index.ts'

/** AnswerOptions change what the error itself says of its answer. */
export interface AnswerOptions {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
}

/** answerError answers a request that is no exchange with an error in the shape of the ingress, if there is any. */
export function answerError(
  reply: FastifyReply,
  ingress: Instance<'ingress'> | undefined,
  error: GatewayError,
  { status, headers }: AnswerOptions = {}
): FastifyReply {
  const id = randomUUID()
  const { status: own, body, headers: more } = shapeError(ingress, error, id)
  return reply
    .code(status ?? own)
    .headers({ ...more, ...idHeaders(ingress, id), ...headers })
    .type('application/json; charset=utf-8')
    .send(JSON.stringify(body))
}

/** shapeError writes an error for an ingress's client, or in plain words where there is no ingress. */
export function shapeError(ingress: Instance<'ingress'> | undefined, error: GatewayError, id: string): ErrorReply {
  if (ingress !== undefined) return ingress.contribution.encodeError(error, id)
  const { message, kind, code } = error
  return { status: error.statusCode, body: { error: { message, type: kind, code } } }
}

/** idHeaders are the headers that tell a client the id of its request. */
export function idHeaders(ingress: Instance<'ingress'> | undefined, id: string): Record<string, string> {
  const headers: Record<string, string> = { 'x-isthmus-id': id }
  for (const name of ingress?.contribution.idHeaders ?? []) headers[name] = id
  return headers
}
