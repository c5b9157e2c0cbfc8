import type { Gap, GenerateRequest, Identity } from '@isthmus/core'
import { codepoints, shortHash } from '@isthmus/core/wire'
import type { ParamName } from './params.ts'

/** UserOverflow says what becomes of a user id that is too long. */
export type UserOverflow = 'drop' | 'hash' | 'forward'

export interface PrepareOptions {
  readonly userOverflow: UserOverflow
  readonly forwardParams: readonly ParamName[]
}

/** MAX_USER_CHARS is how long the id of a user may be on each endpoint, counted in code points. */
export const MAX_USER_CHARS = { chat: 64, responses: 256 } as const

/** prepare changes what the codec would write in another way than the service wants it. */
export function prepare(
  request: GenerateRequest,
  options: PrepareOptions,
  maxUserChars: number,
  gaps: Gap[]
): GenerateRequest {
  return fitIdentity(fitReasoning(request, gaps), options, maxUserChars, gaps)
}

/** fitReasoning: the service refuses an effort and a budget in one request. */
function fitReasoning(request: GenerateRequest, gaps: Gap[]): GenerateRequest {
  const { reasoning } = request
  if (reasoning?.effort === undefined || reasoning.budgetTokens === undefined) return request
  const { budgetTokens, ...rest } = reasoning
  const message = 'the effort stands for it'
  gaps.push({
    feature: 'reasoning.budget',
    action: 'dropped',
    field: 'reasoning.max_tokens',
    from: budgetTokens,
    message
  })
  return { ...request, reasoning: rest }
}

/** fitIdentity fits the ids of users into the members that there are. */
export function fitIdentity<R extends { readonly identity?: Identity }>(
  request: R,
  options: PrepareOptions,
  maxUserChars: number,
  gaps: Gap[]
): R {
  const { identity } = request
  if (identity === undefined) return request
  const { endUser, safetyId, ...others } = identity
  const keepsSafety = options.forwardParams.includes('safety_identifier')
  if (!keepsSafety && safetyId !== undefined && endUser !== undefined) {
    const message = '`user` has its place'
    gaps.push({ feature: 'identity.safety', action: 'dropped', field: 'safety_identifier', message })
  }
  const user = fitUser(endUser ?? (keepsSafety ? undefined : safetyId), options.userOverflow, maxUserChars, gaps)
  return {
    ...request,
    identity: {
      ...others,
      ...(user !== undefined && { endUser: user }),
      ...(keepsSafety && safetyId !== undefined && { safetyId })
    }
  }
}

function fitUser(user: string | undefined, overflow: UserOverflow, maxChars: number, gaps: Gap[]): string | undefined {
  if (user === undefined || overflow === 'forward' || !isLonger(user, maxChars)) return user
  const feature = 'identity.user'
  const field = 'user'
  if (overflow === 'hash') {
    gaps.push({ feature, action: 'converted', field, message: 'sent as a hash' })
    return shortHash(user, maxChars)
  }
  gaps.push({ feature, action: 'dropped', field, message: `longer than ${maxChars} characters` })
  return undefined
}

function isLonger(user: string, maxChars: number): boolean {
  return user.length > maxChars && codepoints(user) > maxChars
}
