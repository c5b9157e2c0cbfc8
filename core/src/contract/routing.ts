import type { FeatureTable, IrRequest } from '../ir/index.ts'
import type { ModelInfo } from './models.ts'
import type { Endpoint } from './provider.ts'
import type { Target } from './upstream.ts'

/** Way is an endpoint that could serve a model, with its verdicts for that model. */
export interface Way {
  readonly endpoint: Endpoint
  readonly features: FeatureTable
}

/** Candidate is a target that could serve an exchange, with what is known of it. */
export interface Candidate extends Target {
  readonly info?: ModelInfo
  /** The endpoint it would be asked on, and that one's verdicts for the model. */
  readonly endpoint: Endpoint
  readonly features: FeatureTable
}

/** SetAside is a candidate that was left out of the plan, and why. */
export interface SetAside {
  readonly target: Target
  readonly reason: string
}

/** Plan is the ordered candidates of one exchange. */
export interface Plan {
  readonly candidates: readonly Candidate[]
  readonly setAside: readonly SetAside[]
}

export interface Ranked {
  readonly candidate: Candidate
  readonly score: number
  readonly why: string
}

/** RouteContext is what a strategy may look at. */
export interface RouteContext {
  readonly request: IrRequest
  readonly nowMs: number
  random(): number
}

/** AttemptEvent tells a strategy how an attempt goes. */
export interface AttemptEvent {
  readonly type: 'start' | 'first_token' | 'error' | 'end'
  readonly target: Target
  readonly atMs: number
}

/** Router ranks the candidates it is given. It does not filter, fetch or send. */
export interface Router {
  rank(context: RouteContext, candidates: readonly Candidate[]): readonly Ranked[] | Promise<readonly Ranked[]>
  observe?(event: AttemptEvent): void
}
