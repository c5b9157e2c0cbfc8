import type { Offer } from '../catalog/index.ts'
import type { Candidate, Plan, SetAside, Way } from '../contract/index.ts'
import { ISTHMUS_PLAN_NO_CANDIDATE } from '../errors/index.ts'
import {
  asGenerate,
  FEATURES,
  type Feature,
  type FeatureTable,
  featuresOf,
  type Gap,
  type GapPolicy,
  type IrRequest,
  type Operation
} from '../ir/index.ts'
import { ESTIMATE } from './estimate.ts'
import { checkGaps, type GapCheck, type GapRules } from './gaps.ts'
import { asThinking } from './wishes.ts'

/** Planned is a candidate of the plan with the losses that are known beforehand. */
export interface Planned extends Candidate {
  readonly gaps: readonly Gap[]
  /** Its name asked for thoughts, which the client's format shows or not. */
  readonly thinking?: 'shown' | 'hidden'
}

/** GatewayPlan is a plan whose candidates carry their gaps. */
export interface GatewayPlan extends Plan {
  readonly candidates: readonly Planned[]
}

/**
 * plan sets aside the candidates that cannot say what the request needs, and throws `unsupported` when none is left.
 * `shows` tells whether the client's format has a place for reasoning.
 */
export function plan(
  request: IrRequest,
  offers: readonly Offer[],
  rules: GapRules,
  caller: GapPolicy | undefined,
  shows = false
): GatewayPlan {
  const plainNeeds = featuresOf(request)
  const thinking = shows ? 'shown' : 'hidden'
  const usable: Planned[] = []
  const setAside: SetAside[] = []
  let firstLacking: readonly Feature[] = []
  for (const { provider, model, info, ways, thinking: thinks } of offers) {
    const target = { provider, model, ...(info && { info }), ...(thinks && ({ thinking } as const)) }
    const needs = thinks ? featuresOf(asThinking(request, request.model, shows)) : plainNeeds
    const found = bestWay(request, ways, needs, rules, caller)
    if ('endpoint' in found) {
      const { endpoint, features, gaps } = found
      usable.push({ ...target, endpoint, features, gaps })
      continue
    }
    if (setAside.length === 0) firstLacking = found.lacking
    const reason = found.lacking.length === 0 ? `an endpoint for ${IN_WORDS[request.op]}` : inWords(found.lacking)
    setAside.push({ target: { provider, model }, reason })
  }
  if (usable.length === 0) {
    const reasons = setAside
      .slice(0, MOST_REASONS)
      .map(({ target, reason }) => `${target.provider}/${target.model} lacks ${reason}`)
    if (setAside.length > MOST_REASONS) reasons.push(`${setAside.length - MOST_REASONS} more lack something`)
    const lacking = firstLacking[0]
    throw ISTHMUS_PLAN_NO_CANDIDATE.with(
      lacking === undefined
        ? { clientCode: 'unsupported_operation' }
        : { clientCode: 'unsupported_parameter', param: lacking },
      request.model,
      reasons.join('; ')
    )
  }
  return { candidates: usable, setAside }
}

/** `auto` may have thousands of candidates. */
const MOST_REASONS = 5

const IN_WORDS = {
  generate: 'conversations',
  complete: 'text completions',
  embed: 'embeddings',
  count_tokens: 'counting tokens'
} as const satisfies Record<IrRequest['op'], string>

/**
 * bestWay takes the endpoint that loses least, and one that only stands in if there is no other. Of those that lose the
 * same the one wins that speaks the client's own format, then the one that the provider would rather be asked on.
 */
function bestWay(
  request: IrRequest,
  ways: readonly Way[],
  needs: ReadonlySet<Feature>,
  rules: GapRules,
  caller: GapPolicy | undefined
): (Way & Pick<GapCheck, 'gaps'>) | Pick<GapCheck, 'lacking'> {
  let best: Way | undefined
  let gaps: readonly Gap[] = NOTHING
  let least = Number.POSITIVE_INFINITY
  let lacking: readonly Feature[] = NOTHING
  for (const way of ways) {
    const exact = (way.endpoint.operation ?? 'generate') === request.op
    if (!exact && !(standsIn(way, request.op) && saysSomething(request))) continue
    const check = checkGaps(needs, featuresHere(way, request, needs, exact), rules, caller)
    if (check.lacking.length > 0) {
      if (lacking.length === 0) lacking = check.lacking
      continue
    }
    const foreign = way.endpoint.format === request.ingress.format ? 0 : 0.5
    const loss = check.gaps.length + foreign + (exact ? 0 : STAND_IN)
    if (loss >= least) continue
    least = loss
    best = way
    gaps = check.gaps
  }
  if (best !== undefined) return { ...best, gaps }
  // Nobody is asked for a number that can be told roughly without them.
  const known = ways[0]
  if (request.op === 'count_tokens' && known !== undefined) {
    return { endpoint: ESTIMATE, features: known.features, gaps: NOTHING }
  }
  return { lacking }
}

/** featuresHere are the verdicts for one request: what only its own format understands can go to no other. */
function featuresHere(
  { endpoint, features }: Way,
  { ingress }: IrRequest,
  needs: ReadonlySet<Feature>,
  exact: boolean
): FeatureTable {
  const here = exact ? features : { ...features, ...AS_TURN }
  // A table is copied for the few requests that it matters to.
  const foreign = needs.has('input.opaque') && endpoint.format !== ingress.format
  return foreign ? { ...here, 'input.opaque': 'rejected' } : here
}

/** A conversation stands in for a text completion: the prompt becomes the one turn of a user. */
const standsIn = (way: Way, operation: Operation): boolean =>
  operation === 'complete' && (way.endpoint.operation ?? 'generate') === 'generate'
/** A turn of nothing is no turn: a text from nowhere needs a completion of its own. */
const saysSomething = (request: IrRequest): boolean =>
  request.op === 'complete' && request.prompts.some(prompt => prompt !== '')
/** An endpoint of the operation itself goes before one that stands in, whatever it leaves out. */
const STAND_IN = 1000
const AS_TURN = { 'complete.prompt': 'emulated' } as const

/** waysFor gives the ways that could serve an operation, also those that only stand in, for reports. */
export function waysFor(operation: Operation, ways: readonly Way[]): readonly Way[] {
  const serving = ways.flatMap(way => {
    if ((way.endpoint.operation ?? 'generate') === operation) return way
    return standsIn(way, operation) ? { ...way, features: { ...way.features, ...AS_TURN } } : []
  })
  const known = ways[0]
  if (operation !== 'count_tokens' || known === undefined) return serving
  return [...serving, { endpoint: ESTIMATE, features: known.features }]
}

/** requestFor gives the request as an endpoint takes it. */
export function requestFor({ endpoint, thinking }: Planned, request: IrRequest): IrRequest {
  const operation = endpoint.operation ?? 'generate'
  const asked = request.op === 'complete' && operation === 'generate' ? asGenerate(request) : request
  return thinking === undefined ? asked : asThinking(asked, request.model, thinking === 'shown')
}

const NOTHING: readonly never[] = []

function inWords(lacking: readonly Feature[]): string {
  return lacking.map(feature => `${feature} (${FEATURES[feature].about.replace(/\.$/, '')})`).join(', ')
}
