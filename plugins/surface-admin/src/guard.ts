import { createHash, timingSafeEqual } from 'node:crypto'
import type { Host, Secret } from '@isthmus/core'
import {
  SURFACE_ADMIN_OTHER_ORIGIN,
  SURFACE_ADMIN_TOKEN_IN_ADDRESS,
  SURFACE_ADMIN_TOKEN_MISSING,
  SURFACE_ADMIN_TOKEN_WRONG,
  SURFACE_ADMIN_USER
} from './errors.ts'

/** AdminRequest is what the guard and the routes read of a request. */
export interface AdminRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly query: unknown
}

const TOKEN_MEMBERS = ['token', 'access_token', 'admin_token', 'x-admin-token', 'key', 'api_key', 'apikey']
/** What a browser says of a page that is not the gateway's own. */
const FOREIGN: ReadonlySet<unknown> = new Set(['cross-site', 'same-site'])
const DEFAULT_USER = 'admin'
const USER = /^[\x21-\x7e](?:[\x20-\x7e]{0,62}[\x21-\x7e])?$/

/**
 * guard lets only holders of the token to the routes of a scope. It acts before the body is read. Every refusal is
 * logged with the caller's address; tokens are long enough that guessing them needs no further limit.
 */
export function guard({ http, log }: Pick<Host, 'http' | 'log'>, token: Secret): void {
  const digest = digestOf(token.reveal())
  http.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store')
    try {
      admit(request, digest)
    } catch (refusal) {
      const { code, kind } = refusal as { readonly code: string; readonly kind: string }
      // The path is left out: it is the caller's text.
      log.warn({ address: request.ip, method: request.method, code }, 'admin request refused')
      if (kind === 'authentication') reply.header('www-authenticate', 'Bearer realm="isthmus admin"')
      throw refusal
    }
  })
}

function admit({ headers, query }: AdminRequest, digest: Buffer): void {
  const members = Object.keys((query ?? {}) as object).map(name => name.toLowerCase())
  if (members.some(name => TOKEN_MEMBERS.includes(name))) throw SURFACE_ADMIN_TOKEN_IN_ADDRESS()
  if (FOREIGN.has(headers['sec-fetch-site'])) throw SURFACE_ADMIN_OTHER_ORIGIN()
  const sent = tokenOf(headers)
  if (sent === undefined) throw SURFACE_ADMIN_TOKEN_MISSING()
  // Digests are of one length, so that the comparison tells nothing about the token, not even how long it is.
  if (!timingSafeEqual(digestOf(sent), digest)) throw SURFACE_ADMIN_TOKEN_WRONG()
}

function tokenOf(headers: AdminRequest['headers']): string | undefined {
  const own = headers['x-admin-token']
  if (typeof own === 'string' && own !== '') return own
  return /^bearer +(\S+) *$/i.exec(String(headers.authorization ?? ''))?.[1]
}

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest()

/** userOf is who a caller says to be. The token is what is believed; the name is for the records. */
export function userOf({ headers }: AdminRequest): string {
  const user = headers['x-admin-user']
  if (user === undefined || user === '') return DEFAULT_USER
  if (typeof user !== 'string' || !USER.test(user)) throw SURFACE_ADMIN_USER.with({ param: 'x-admin-user' })
  return user
}
