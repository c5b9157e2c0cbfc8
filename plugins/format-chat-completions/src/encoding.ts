import type { Feature, Gap, GenerateRequest, Target } from '@isthmus/core'
import { FittedNames } from '@isthmus/core/wire'
import { FORMAT_CHAT_COMPLETIONS_UNSUPPORTED } from './errors.ts'
import { hasForeignMembers } from './ext.ts'
import { fitCallId, fitName } from './names.ts'
import type { ChatTraits } from './traits.ts'
import { FORMAT } from './types.ts'

/** Encoding is the state of writing one request: who it is for, and what was lost on the way. */
export class Encoding {
  readonly request: GenerateRequest
  readonly traits: ChatTraits
  readonly provider: string
  /** Whether the client spoke this format itself. */
  readonly native: boolean
  readonly dialect: ReadonlySet<string>
  readonly names = new FittedNames(fitName)
  readonly gaps: Gap[] = []
  /** A cache breakpoint was written for an upstream that wants to be told that there are any. */
  marked = false
  #lacks: ReadonlySet<string>
  #reported = new Set<string>()

  constructor(request: GenerateRequest, target: Target<ChatTraits>) {
    this.request = request
    this.traits = target.traits ?? {}
    this.provider = target.provider
    this.native = request.ingress.format === FORMAT
    this.dialect = new Set(this.native ? request.reply.dialect : undefined)
    this.#lacks = new Set(this.traits.lacks)
  }

  /** lacks tells whether the model refuses a feature; the kernel reports it from the feature table. */
  lacks(feature: Gap['feature']): boolean {
    return this.#lacks.has(feature)
  }

  /** callId gives the id of a call as it is sent. */
  callId(id: string): string {
    return fitCallId(id, this.traits.callIdChars)
  }

  /** report names a loss that only the values told, once for each field and action. */
  report(gap: Gap): void {
    const key = `${gap.feature} ${gap.action} ${gap.field ?? ''}`
    if (this.#reported.has(key)) return
    this.#reported.add(key)
    this.gaps.push(gap)
  }

  /** reportForeign names members that another format kept on a node. */
  reportForeign(node: Parameters<typeof hasForeignMembers>[0], field: string): void {
    if (hasForeignMembers(node)) this.report({ feature: 'ext', action: 'dropped', field })
  }

  /** refuse ends the encoding: the request means something that this upstream cannot be told. */
  refuse(what: string, field?: string, feature?: Feature): never {
    throw FORMAT_CHAT_COMPLETIONS_UNSUPPORTED.with(
      { ...(field !== undefined && { path: field, param: field }), clientCode: 'unsupported_parameter', feature },
      what
    )
  }
}
