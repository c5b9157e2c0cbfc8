import type { Feature, Gap, GenerateRequest, Target } from '@isthmus/core'
import { FittedNames } from '@isthmus/core/wire'
import { FORMAT_RESPONSES_UNSUPPORTED } from './errors.ts'
import { hasForeignMembers, spellingOf } from './ext.ts'
import { fitName } from './names.ts'
import { SEAL_FORMAT } from './seals.ts'
import type { ResponsesTraits } from './traits.ts'
import { FORMAT, qualified, type RequestContext, type ToolName } from './types.ts'

/** Encoding is the state of writing one request: who it is for, and what was lost on the way. */
export class Encoding {
  readonly request: GenerateRequest
  readonly traits: ResponsesTraits
  readonly provider: string
  /** Whether the client spoke this format itself. */
  readonly native: boolean
  /** Whether the upstream keeps nothing of the request, so that it must say all. */
  readonly stateless: boolean
  readonly names = new FittedNames(fitName)
  readonly gaps: Gap[] = []
  /** A cache breakpoint was written, and the upstream wants to be told that there are any. */
  marked = false
  /** Tools in namespaces, by their name in the IR. */
  #namespaced = new Map<string, ToolName>()
  /** Custom tools that go out as functions. */
  readonly wrapped: ReadonlySet<string>
  #lacks: ReadonlySet<string>
  #reported = new Set<string>()

  constructor(request: GenerateRequest, target: Target<ResponsesTraits>) {
    this.request = request
    this.traits = target.traits ?? {}
    this.provider = target.provider
    this.native = request.ingress.format === FORMAT
    this.#lacks = new Set(this.traits.lacks)
    this.stateless = isStateless(request, this.traits, this.native)
    const wraps = this.traits.customTools === false
    this.wrapped = new Set(wraps ? request.tools.flatMap(tool => (tool.type === 'custom' ? [tool.name] : [])) : [])
    for (const tool of request.tools) {
      if (tool.type === 'hosted' || tool.namespace === undefined) continue
      this.#namespaced.set(tool.name, { name: spellingOf(tool)?.name ?? tool.name, namespace: tool.namespace })
    }
  }

  get sealFormat(): string {
    return this.traits.reasoning?.sealFormat ?? SEAL_FORMAT
  }

  /** declared gives the name of a tool within its namespace, undefined for a tool in none. */
  declared(name: string): ToolName | undefined {
    return this.#namespaced.get(name)
  }

  /** lacks tells whether the model refuses a feature; the kernel reports it from the feature table. */
  lacks(feature: Gap['feature']): boolean {
    return this.#lacks.has(feature)
  }

  /** report names a loss that only the values told, once for each field and action. */
  report(gap: Gap): void {
    const key = `${gap.feature} ${gap.action} ${gap.field ?? ''} ${gap.message ?? ''}`
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
    throw FORMAT_RESPONSES_UNSUPPORTED.with(
      { ...(field !== undefined && { path: field, param: field }), clientCode: 'unsupported_parameter', feature },
      what
    )
  }

  /** context is what the decoder of the reply has to know, undefined when there is nothing. */
  context(): RequestContext | undefined {
    const { originals } = this.names
    const renamed = [...this.#namespaced].filter(([ir, { name }]) => ir !== name)
    const { sealFormat } = this.traits.reasoning ?? {}
    if (originals === undefined && renamed.length === 0 && sealFormat === undefined && this.wrapped.size === 0) {
      return undefined
    }
    return {
      ...(originals !== undefined && { toolNames: originals }),
      ...(renamed.length > 0 && {
        namespaced: Object.fromEntries(
          renamed.map(([ir, { name, namespace }]) => [qualified(namespace, fitName(name)), ir])
        )
      }),
      ...(this.wrapped.size > 0 && { custom: [...this.wrapped] }),
      ...(sealFormat !== undefined && { sealFormat })
    }
  }
}

/** isStateless: a client that goes on from what the server keeps, or asks it to keep this, knows what it does. */
function isStateless({ state }: GenerateRequest, { store }: ResponsesTraits, native: boolean): boolean {
  if (state?.store !== undefined) return !state.store
  if (typeof store === 'boolean') return !store
  if (!native) return true
  return !state?.previousResponseId && !state?.conversation && !state?.background
}
