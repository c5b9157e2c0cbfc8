import type { Candidate, Plan, SetAside } from '../contract/index.ts'
import { ISTHMUS_PLAN_NO_CANDIDATE } from '../errors/index.ts'
import { FEATURES, type Feature, featuresOf, type Gap, type GapPolicy, type GenerateRequest } from '../ir/index.ts'
import { checkGaps, type GapRules } from './gaps.ts'

/** Planned is a candidate of the plan with the losses that are known beforehand. */
export interface Planned extends Candidate {
  readonly gaps: readonly Gap[]
}

/** GatewayPlan is a plan whose candidates carry their gaps. */
export interface GatewayPlan extends Plan {
  readonly candidates: readonly Planned[]
}

/** plan sets aside the candidates that cannot say what the request needs, and throws `unsupported` when none is left. */
export function plan(
  request: GenerateRequest,
  candidates: readonly Candidate[],
  rules: GapRules,
  caller: GapPolicy | undefined
): GatewayPlan {
  const needs = featuresOf(request)
  const usable: Planned[] = []
  const setAside: SetAside[] = []
  let firstLacking: readonly Feature[] = []
  for (const candidate of candidates) {
    const { gaps, lacking } = checkGaps(needs, candidate, rules, caller)
    if (lacking.length === 0) {
      usable.push({ ...candidate, gaps })
      continue
    }
    if (setAside.length === 0) firstLacking = lacking
    setAside.push({ target: { provider: candidate.provider, model: candidate.model }, reason: inWords(lacking) })
  }
  if (usable.length === 0) {
    const reasons = setAside.map(({ target, reason }) => `${target.provider}/${target.model} lacks ${reason}`)
    throw ISTHMUS_PLAN_NO_CANDIDATE.with(
      { clientCode: 'unsupported_parameter', param: firstLacking[0] },
      request.model,
      reasons.join('; ')
    )
  }
  return { candidates: usable, setAside }
}

function inWords(lacking: readonly Feature[]): string {
  return lacking.map(feature => `${feature} (${FEATURES[feature].about.replace(/\.$/, '')})`).join(', ')
}
