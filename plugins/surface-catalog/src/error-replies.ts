import { type Host, isGatewayError, toGatewayError } from '@isthmus/core'

/** answerErrors writes the errors of this plugin's routes as OpenRouter does: the status is in the body too, as a number. */
export function answerErrors({ http, log, id }: Pick<Host, 'http' | 'log' | 'id'>): void {
  http.setErrorHandler((thrown, request, reply) => {
    const status = (thrown as { readonly statusCode?: unknown }).statusCode
    if (!isGatewayError(thrown) && typeof status === 'number' && status < 500) {
      return reply.code(status).send({ error: { code: status, message: (thrown as Error).message } })
    }
    const error = toGatewayError(thrown, id)
    if (error.kind === 'internal') log.error({ err: thrown, path: request.url.split('?', 1)[0] }, 'request failed')
    const { statusCode, message, kind, code } = error
    return reply.code(statusCode).send({ error: { code: statusCode, message, metadata: { kind, code } } })
  })
}
