import { createHash } from 'node:crypto'
import { type Change, type Changed, type GatewayError, isGatewayError } from '@isthmus/core'
import { SURFACE_ADMIN_PRECONDITION, SURFACE_ADMIN_STALE, SURFACE_ADMIN_UNSEEN } from './errors.ts'
import { type AdminRequest, userOf } from './guard.ts'

/** Subject is something that can be changed, as it stands. */
export interface Subject {
  readonly what: 'alias' | 'model'
  readonly name: string
  /** What stands without a change, if anything does. */
  readonly value?: unknown
  /** The change over it. */
  readonly changed?: Changed | undefined
}

/**
 * etagOf names what stands: the version of the change, or what the file and the catalogue say where there is none. So a
 * file that was read anew in between is noticed as well.
 */
export function etagOf({ value, changed }: Subject): string {
  if (changed !== undefined) return `"v-${encodeURIComponent(changed.version)}"`
  if (value === undefined) return '"none"'
  return `"f-${createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 16)}"`
}

/**
 * changing runs a change for a caller who says in `if-match` what they last saw. Without it only what nobody has
 * changed yet can be changed; `if-none-match: *` asks that there be nothing at all. `now` gives how things stand.
 */
export async function changing<T>(
  request: AdminRequest,
  now: () => Subject,
  act: (change: Change) => Promise<T>
): Promise<T> {
  const by = userOf(request)
  const stated = typeof request.headers['if-match'] === 'string' || request.headers['if-none-match'] !== undefined
  try {
    return await act({ by, ifVersion: versionFor(request.headers, now()) })
  } catch (thrown) {
    // Another was faster, between the look and the change.
    if (isGatewayError(thrown) && thrown.kind === 'conflict' && thrown.details?.etag === undefined) {
      throw refusal(stated ? SURFACE_ADMIN_STALE : SURFACE_ADMIN_UNSEEN, now(), thrown)
    }
    throw thrown
  }
}

function versionFor(headers: AdminRequest['headers'], subject: Subject): string {
  const version = subject.changed?.version ?? ''
  const wanted = headers['if-match']
  if (typeof wanted === 'string') {
    const tags = wanted.split(',').map(tag => tag.trim().replace(/^W\//, ''))
    if (tags.includes('*')) {
      throw SURFACE_ADMIN_PRECONDITION('`if-match: *` overwrites what you have not seen; send the etag you read')
    }
    if (!tags.includes(etagOf(subject))) throw refusal(SURFACE_ADMIN_STALE, subject)
    return version
  }
  const unwanted = headers['if-none-match']
  if (unwanted !== undefined && unwanted !== '*') {
    throw SURFACE_ADMIN_PRECONDITION('Of `if-none-match`, a change understands `*` only')
  }
  if (unwanted === '*' && (subject.value !== undefined || version !== '')) throw refusal(SURFACE_ADMIN_STALE, subject)
  if (version !== '' && unwanted === undefined) throw refusal(SURFACE_ADMIN_UNSEEN, subject)
  return version
}

function refusal(error: typeof SURFACE_ADMIN_STALE, subject: Subject, cause?: unknown): GatewayError {
  const { what, name, changed } = subject
  const who = changed === undefined ? '' : ` (by ${changed.by}, ${new Date(changed.atMs).toISOString()})`
  return error.with({ details: { etag: etagOf(subject) }, cause }, what, shown(name), who)
}

/** shown is a name as messages show it. */
export const shown = (name: string): string => (name.length > 80 ? `${name.slice(0, 80)}…` : name)
