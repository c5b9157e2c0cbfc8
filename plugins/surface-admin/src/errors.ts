import { createError } from '@isthmus/core'

export const SURFACE_ADMIN_TOKEN_MISSING = createError(
  'SURFACE_ADMIN_TOKEN_MISSING',
  'authentication',
  'Send the admin token as `authorization: Bearer …` or `x-admin-token: …`'
)
export const SURFACE_ADMIN_TOKEN_WRONG = createError(
  'SURFACE_ADMIN_TOKEN_WRONG',
  'authentication',
  'That is not the admin token'
)
export const SURFACE_ADMIN_TOKEN_IN_ADDRESS = createError(
  'SURFACE_ADMIN_TOKEN_IN_ADDRESS',
  'invalid_request',
  'A token in the address ends up in logs and histories; send it as a header, and choose a new one'
)
export const SURFACE_ADMIN_OTHER_ORIGIN = createError(
  'SURFACE_ADMIN_OTHER_ORIGIN',
  'permission',
  'Pages of other origins may not use the admin API'
)
export const SURFACE_ADMIN_USER = createError(
  'SURFACE_ADMIN_USER',
  'invalid_request',
  'x-admin-user: expected up to 64 printable ASCII characters'
)
export const SURFACE_ADMIN_TOO_LARGE = createError(
  'SURFACE_ADMIN_TOO_LARGE',
  'too_large',
  'The request body is larger than %s bytes'
)
export const SURFACE_ADMIN_UNKNOWN = createError('SURFACE_ADMIN_UNKNOWN', 'not_found', "There is no %s '%s'%s")
export const SURFACE_ADMIN_PRECONDITION = createError('SURFACE_ADMIN_PRECONDITION', 'invalid_request', '%s')
export const SURFACE_ADMIN_STALE = createError(
  'SURFACE_ADMIN_STALE',
  'conflict',
  "The %s '%s' is not as you last saw it%s; read it again"
)
export const SURFACE_ADMIN_UNSEEN = createError(
  'SURFACE_ADMIN_UNSEEN',
  'conflict',
  "The %s '%s' was changed%s; read it, and send its etag as `if-match`"
)
export const SURFACE_ADMIN_NO_RELOAD = createError(
  'SURFACE_ADMIN_NO_RELOAD',
  'unsupported',
  'This gateway was not started in a way that lets it reload'
)

/** STATUSES are the answers that say more than the kind of the error does. */
export const STATUSES: Readonly<Record<string, number>> = {
  [SURFACE_ADMIN_STALE.code]: 412,
  [SURFACE_ADMIN_UNSEEN.code]: 428,
  [SURFACE_ADMIN_NO_RELOAD.code]: 501
}
