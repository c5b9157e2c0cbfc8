import type { Gap, GenerateRequest } from '@isthmus/core'
import { shortHash } from '@isthmus/core/wire'
import type { ParamName } from './params.ts'

/** UserOverflow says what becomes of a user id that is too long. */
export type UserOverflow = 'drop' | 'hash' | 'forward'

export interface PrepareOptions {
  readonly userOverflow: UserOverflow
  readonly forwardParams: readonly ParamName[]
}

/** MAX_USER_CHARS is counted in code points. */
export const MAX_USER_CHARS = 64

/** prepare changes what the codec would write in another way than the service wants it. */
export function prepare(request: GenerateRequest, options: PrepareOptions, gaps: Gap[]): GenerateRequest {
  return fitIdentity(fitReasoning(request, gaps), options, gaps)
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

function fitIdentity(request: GenerateRequest, options: PrepareOptions, gaps: Gap[]): GenerateRequest {
  const { identity } = request
  if (identity === undefined) return request
  const { endUser, safetyId, ...others } = identity
  const keepsSafety = options.forwardParams.includes('safety_identifier')
  if (!keepsSafety && safetyId !== undefined && endUser !== undefined) {
    const message = '`user` has its place'
    gaps.push({ feature: 'identity.safety', action: 'dropped', field: 'safety_identifier', message })
  }
  const user = fitUser(endUser ?? (keepsSafety ? undefined : safetyId), options.userOverflow, gaps)
  return {
    ...request,
    identity: {
      ...others,
      ...(user !== undefined && { endUser: user }),
      ...(keepsSafety && safetyId !== undefined && { safetyId })
    }
  }
}

function fitUser(user: string | undefined, overflow: UserOverflow, gaps: Gap[]): string | undefined {
  if (user === undefined || overflow === 'forward' || !isTooLong(user)) return user
  const feature = 'identity.user'
  const field = 'user'
  if (overflow === 'hash') {
    gaps.push({ feature, action: 'converted', field, message: 'sent as a hash' })
    return shortHash(user, MAX_USER_CHARS)
  }
  gaps.push({ feature, action: 'dropped', field, message: `longer than ${MAX_USER_CHARS} characters` })
  return undefined
}

function isTooLong(user: string): boolean {
  return user.length > MAX_USER_CHARS && [...user].length > MAX_USER_CHARS
}
