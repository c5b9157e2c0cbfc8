import type { ErrorFactory, Feature, FormatId, Gap, GenerateRequest, Target } from '@isthmus/core'
import { FittedNames, isObject, type JsonObject, shortHash } from '@isthmus/core/wire'
import { fitName } from './names.ts'

/** OpenAiTraits are the facts about a model that the OpenAI formats have in common. */
export interface OpenAiTraits {
  readonly lacks?: readonly Feature[]
  readonly maxUserChars?: number
}

/** OpenAiEncodingOptions is what is a format's own about writing a request. */
export interface OpenAiEncodingOptions {
  readonly format: FormatId
  /** The error for what the format cannot say. */
  readonly unsupported: ErrorFactory
  /** hasForeignMembers tells whether a node carries members that only another format knows. */
  hasForeignMembers(node: Pick<GenerateRequest, 'ext'>): boolean
}

const NOTHING: ReadonlySet<string> = new Set()

/** OpenAiEncoding is the state of writing one request: who it is for, and what was lost on the way. */
export class OpenAiEncoding<T extends OpenAiTraits> {
  readonly request: GenerateRequest
  readonly traits: T
  readonly provider: string
  /** Whether the client spoke this format itself. */
  readonly native: boolean
  readonly names = new FittedNames(fitName)
  readonly gaps: Gap[] = []
  /** A cache breakpoint was written for an upstream that wants to be told that there are any. */
  marked = false
  #options: OpenAiEncodingOptions
  #lacks: ReadonlySet<string>
  #reported: Set<string> | undefined

  constructor(request: GenerateRequest, target: Target<T>, options: OpenAiEncodingOptions) {
    this.request = request
    this.traits = target.traits ?? ({} as T)
    this.provider = target.provider
    this.native = request.ingress.format === options.format
    this.#options = options
    this.#lacks = this.traits.lacks === undefined ? NOTHING : new Set(this.traits.lacks)
  }

  /** lacks tells whether the model refuses a feature; the kernel reports it from the feature table. */
  lacks(feature: Gap['feature']): boolean {
    return this.#lacks.has(feature)
  }

  /** report names a loss that only the values told, once for each field and action. */
  report(gap: Gap): void {
    const key = `${gap.feature} ${gap.action} ${gap.field ?? ''} ${gap.message ?? ''}`
    this.#reported ??= new Set()
    if (this.#reported.has(key)) return
    this.#reported.add(key)
    this.gaps.push(gap)
  }

  /** reportLostChoice is for a request without tools: servers refuse a choice there, and one that forces nothing says nothing. */
  reportLostChoice(): void {
    const type = this.request.toolChoice?.type ?? 'auto'
    if (type === 'auto' || type === 'none') return
    this.report({
      feature: `tools.choice.${type}`,
      action: 'dropped',
      field: 'tool_choice',
      message: 'there are no tools'
    })
  }

  /** reportForeign names members that another format kept on a node. */
  reportForeign(node: Pick<GenerateRequest, 'ext'>, field: string): void {
    if (this.#options.hasForeignMembers(node)) this.report({ feature: 'ext', action: 'dropped', field })
  }

  /** refuse ends the encoding: the request means something that this upstream cannot be told. */
  refuse(what: string, field?: string, feature?: Feature): never {
    throw this.#options.unsupported.with(
      { ...(field !== undefined && { path: field, param: field }), clientCode: 'unsupported_parameter', feature },
      what
    )
  }

  /** cacheMode: where the client's marks were left out, a cache of marks alone would hold nothing. */
  cacheMode(mode: string | undefined): string | undefined {
    if (this.marked) return mode ?? 'explicit'
    return mode === 'explicit' && !this.native ? undefined : mode
  }

  /** user gives the end user as the upstream has room for one. */
  user(): string | undefined {
    const user = this.request.identity?.endUser
    const max = this.traits.maxUserChars
    if (user === undefined || max === undefined || user.length <= max || this.lacks('identity.user')) return user
    this.report({ feature: 'identity.user', action: 'converted', field: 'user', message: 'sent as a hash' })
    return shortHash(user, max)
  }

  /** moderation gives what a request says of moderation; other settings of safety are another format's. */
  moderation(): unknown {
    const { safety } = this.request
    if (!isObject(safety) || this.lacks('safety')) return undefined
    const { moderation, ...others } = safety as JsonObject
    if (Object.keys(others).length > 0) this.report({ feature: 'safety', action: 'dropped', field: 'safety' })
    return moderation
  }
}
