import { ISTHMUS_PLAN_GAP_POLICY } from '../errors/index.ts'
import {
  FEATURES,
  type Feature,
  type FeatureTable,
  type Gap,
  type GapPolicy,
  type Verdict,
  verdictOf
} from '../ir/index.ts'

/** GapRules decide what happens where a candidate lacks a feature: the caller's word first, then the config's, then the class's. */
export class GapRules {
  #config: Partial<Readonly<Record<Feature, GapPolicy>>>

  constructor(config: Partial<Readonly<Record<Feature, GapPolicy>>>) {
    this.#config = config
  }

  /** policy gives the word that counts for a feature, undefined where the class of the feature decides. */
  policy(feature: Feature, caller: GapPolicy | undefined): GapPolicy | undefined {
    return caller ?? this.#config[feature]
  }

  /** judge gives undefined for a feature that is carried over, a gap for one that is not, and 'refuse' for a candidate that cannot serve. */
  judge(feature: Feature, verdict: Verdict, caller: GapPolicy | undefined): Gap | 'refuse' | undefined {
    if (verdict === 'exact' || verdict === 'converted') return undefined
    const policy = this.policy(feature, caller)
    if (policy === 'reject') return 'refuse'
    if (verdict === 'emulated') return { feature, action: 'emulated' }
    const leaveOut = policy === 'report' || (verdict === 'dropped' && FEATURES[feature].class === 'tuning')
    return leaveOut ? { feature, action: 'dropped' } : 'refuse'
  }
}

/** GapCheck is the outcome for one candidate: what would be lost, or what it cannot do. */
export interface GapCheck {
  readonly gaps: readonly Gap[]
  readonly lacking: readonly Feature[]
}

/** checkGaps compares what a request needs with what a format says of it. */
export function checkGaps(
  needs: ReadonlySet<Feature>,
  features: FeatureTable,
  rules: GapRules,
  caller: GapPolicy | undefined
): GapCheck {
  let gaps: Gap[] | undefined
  let lacking: Feature[] | undefined
  for (const feature of needs) {
    const judged = rules.judge(feature, verdictOf(features, feature), caller)
    if (judged === undefined) continue
    if (judged === 'refuse') {
      lacking ??= []
      lacking.push(feature)
    } else {
      gaps ??= []
      gaps.push(judged)
    }
  }
  return { gaps: gaps ?? NOTHING, lacking: lacking ?? NOTHING }
}

const NOTHING: readonly never[] = []

/** callerPolicy reads `x-isthmus-gaps`. */
export function callerPolicy(header: string | undefined): GapPolicy | undefined {
  if (header === undefined || header === '') return undefined
  if (header === 'reject' || header === 'report' || header === 'emulate') return header
  throw ISTHMUS_PLAN_GAP_POLICY(header.slice(0, 40))
}
