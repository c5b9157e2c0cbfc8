import type { Ext, Feature, Gap, GenerateRequest, Target } from '@isthmus/core'
import { FittedNames, foreignMembers } from '@isthmus/core/wire'
import { FORMAT_GEMINI_UNSUPPORTED } from './errors.ts'
import { fitName } from './names.ts'
import type { GeminiTraits } from './traits.ts'
import { FORMAT } from './types.ts'

/** Encoding is the state of writing one request: who it is for, and what was lost on the way. */
export class Encoding {
  readonly request: GenerateRequest
  readonly traits: GeminiTraits
  readonly provider: string
  /** The client speaks this format itself: what it wrote needs no repair beyond what the model would refuse. */
  readonly native: boolean
  readonly gaps: Gap[] = []
  /** Tools that were declared as taking free text. */
  readonly custom: ReadonlySet<string>
  readonly names = new FittedNames(fitName)
  #lacks: ReadonlySet<Feature>
  #reported = new Set<string>()

  constructor(request: GenerateRequest, target: Target<GeminiTraits>) {
    this.request = request
    this.traits = target.traits ?? {}
    this.provider = target.provider
    this.native = request.ingress.format === FORMAT
    this.custom = new Set(request.tools.flatMap(tool => (tool.type === 'custom' ? [tool.name] : [])))
    this.#lacks = new Set(this.traits.lacks)
  }

  /** lacks tells whether the model refuses a feature; the kernel reports it from the feature table. */
  lacks(feature: Feature): boolean {
    return this.#lacks.has(feature)
  }

  /** gap reports a loss that only the values told, once, however often it occurs. */
  gap(feature: Feature, action: Gap['action'], more: Omit<Gap, 'feature' | 'action'> = {}): void {
    const key = `${feature} ${action} ${more.field ?? ''} ${more.message ?? ''}`
    if (this.#reported.has(key)) return
    this.#reported.add(key)
    this.gaps.push({ feature, action, ...more })
  }

  /** reportForeign names members that another format kept on a node. */
  reportForeign(node: { readonly ext?: Ext }): void {
    for (const field of foreignMembers(node, FORMAT)) this.gap('ext', 'dropped', { field })
  }

  /** refuse ends the encoding: the request means something that this upstream cannot be told. */
  refuse(what: string, field?: string, feature?: Feature): never {
    throw FORMAT_GEMINI_UNSUPPORTED.with(
      { ...(field !== undefined && { path: field, param: field }), clientCode: 'unsupported_parameter', feature },
      what
    )
  }
}
