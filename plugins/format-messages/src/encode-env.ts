import type { Ext, Feature, Gap, GenerateRequest } from '@isthmus/core'
import { FittedNames, foreignMembers } from '@isthmus/core/wire'
import { NAMESPACE } from './blocks.ts'
import { CallIds, legalName } from './ids.ts'
import type { MessagesTraits } from './traits.ts'

/** EncodeEnv is what the parts of one request's encoding share. */
export class EncodeEnv {
  readonly traits: MessagesTraits
  /** The client speaks this format itself: what it wrote needs no repair beyond what the service would refuse. */
  readonly native: boolean
  readonly ids: CallIds
  readonly gaps: Gap[] = []
  /** Tools that were declared as taking free text. */
  readonly custom: ReadonlySet<string>
  /** Reasoning that could not be sent back. */
  lostReasoning = 0
  #names = new FittedNames(legalName)

  constructor(request: GenerateRequest, traits: MessagesTraits) {
    this.traits = traits
    this.native = request.ingress.format === NAMESPACE
    this.ids = new CallIds(this.native)
    this.custom = new Set(request.tools.flatMap(tool => (tool.type === 'custom' ? [tool.name] : [])))
  }

  /** Names that went out changed, wire name → the client's. */
  get renamed(): Readonly<Record<string, string>> | undefined {
    return this.#names.originals
  }

  name(name: string): string {
    return this.#names.wire(name)
  }

  /** reportForeign names members that another format kept on a node. */
  reportForeign(node: { readonly ext?: Ext }): void {
    for (const field of foreignMembers(node, NAMESPACE)) this.gap('ext', 'dropped', { field })
  }

  /** gap reports a loss once, however often it occurs. */
  gap(feature: Feature, action: Gap['action'], more: Omit<Gap, 'feature' | 'action'> = {}): void {
    const known = this.gaps.some(
      gap => gap.feature === feature && gap.field === more.field && gap.message === more.message
    )
    if (!known) this.gaps.push({ feature, action, ...more })
  }
}
