import type { GenerateRequest, Target } from '@isthmus/core'
import { fitName, OpenAiEncoding } from '@isthmus/format-chat-completions/openai'
import { FORMAT_RESPONSES_UNSUPPORTED } from './errors.ts'
import { hasForeignMembers, spellingOf } from './ext.ts'
import { SEAL_FORMAT } from './seals.ts'
import type { ResponsesTraits } from './traits.ts'
import { FORMAT, qualified, type RequestContext, type ToolName } from './types.ts'

const OPTIONS = { format: FORMAT, unsupported: FORMAT_RESPONSES_UNSUPPORTED, hasForeignMembers }

const NOTHING: ReadonlySet<string> = new Set()

/** Encoding is the state of writing one request. */
export class Encoding extends OpenAiEncoding<ResponsesTraits> {
  /** Whether the upstream keeps nothing of the request, so that it must say all. */
  readonly stateless: boolean
  /** Tools in namespaces, by their name in the IR. */
  #namespaced: Map<string, ToolName> | undefined
  /** Custom tools that go out as functions. */
  readonly wrapped: ReadonlySet<string>

  constructor(request: GenerateRequest, target: Target<ResponsesTraits>) {
    super(request, target, OPTIONS)
    this.stateless = isStateless(request, this.traits, this.native)
    const wraps = this.traits.customTools === false
    this.wrapped = wraps ? new Set(request.tools.flatMap(tool => (tool.type === 'custom' ? [tool.name] : []))) : NOTHING
    for (const tool of request.tools) {
      if (tool.type === 'hosted' || tool.namespace === undefined) continue
      this.#namespaced ??= new Map()
      this.#namespaced.set(tool.name, { name: spellingOf(tool)?.name ?? tool.name, namespace: tool.namespace })
    }
  }

  get sealFormat(): string {
    return this.traits.reasoning?.sealFormat ?? SEAL_FORMAT
  }

  /** declared gives the name of a tool within its namespace, undefined for a tool in none. */
  declared(name: string): ToolName | undefined {
    return this.#namespaced?.get(name)
  }

  /** context is what the decoder of the reply has to know, undefined when there is nothing. */
  context(): RequestContext | undefined {
    const { originals } = this.names
    const renamed = [...(this.#namespaced ?? [])].filter(([ir, { name }]) => ir !== name)
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
