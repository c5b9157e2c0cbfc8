import type { GenerateRequest, Reasoning } from '@isthmus/core'
import {
  budgetOf,
  clampBudget,
  EFFORTS,
  effortOf,
  isAbove,
  isObject,
  type JsonObject,
  MIN_BUDGET,
  roundEffort
} from '@isthmus/core/wire'
import { NAMESPACE } from './blocks.ts'
import type { EncodeEnv } from './encode-env.ts'
import { FORMAT_MESSAGES_THINKING_BUDGET } from './errors.ts'
import type { ThinkingMode } from './traits.ts'

export interface EncodedThinking {
  readonly thinking?: JsonObject
  readonly effort?: string
}

/** The largest output limit that a share of it is taken of where the client named none. */
const MAX_BASE = 32_768
/** Below this limit no budget leaves room for an answer. */
const MIN_OUTPUT = 2 * MIN_BUDGET

/** encodeThinking writes what the client said about reasoning in the words that the model understands. */
export function encodeThinking(request: GenerateRequest, env: EncodeEnv, maxTokens: number): EncodedThinking {
  const own = request.ext?.[NAMESPACE]?.thinking
  const rest = isObject(own) ? own : undefined
  const { reasoning } = request
  if (reasoning === undefined) return rest === undefined ? {} : { thinking: rest }
  const encoded = new ThinkingEncoder(reasoning, request, env, maxTokens).encode()
  if (encoded.thinking === undefined) {
    if (rest !== undefined && reasoning.mode === 'default') return { ...encoded, thinking: rest }
    return encoded
  }
  return rest === undefined ? encoded : { ...encoded, thinking: { ...encoded.thinking, ...rest } }
}

class ThinkingEncoder {
  #said: Reasoning
  #env: EncodeEnv
  #maxTokens: number
  #limit: number | undefined
  #base: number

  constructor(said: Reasoning, request: GenerateRequest, env: EncodeEnv, maxTokens: number) {
    this.#said = said
    this.#env = env
    this.#maxTokens = maxTokens
    this.#limit = request.output.maxTokens
    this.#base = Math.min(maxTokens, this.#limit === undefined ? MAX_BASE : maxTokens)
  }

  encode(): EncodedThinking {
    const { mode, effort } = this.#said
    if (mode === 'off' || effort === 'none') return this.#off()
    switch (mode) {
      case 'default':
        return this.#effortAlone()
      case 'between_tools':
        return this.#accepts('between_tools')
          ? { thinking: { type: 'between_tools', ...this.#display() }, ...this.#effort(effort) }
          : this.#adaptive('reasoning.between_tools')
      default:
        return this.#on()
    }
  }

  #accepts(mode: ThinkingMode): boolean {
    return this.#env.traits.thinking?.includes(mode) ?? true
  }

  #on(): EncodedThinking {
    const { mode, effort, budgetTokens } = this.#said
    const budget = typeof budgetTokens === 'number' ? budgetTokens : undefined
    const wantsBudget = mode === 'on' && budget !== undefined
    if (wantsBudget && this.#accepts('enabled')) {
      return { thinking: this.#enabled(this.#fit(budget)), ...this.#effort(effort) }
    }
    if (this.#accepts('adaptive')) {
      if (!wantsBudget) return { thinking: { type: 'adaptive', ...this.#display() }, ...this.#effort(effort) }
      const converted = effort ?? effortOf(budget, this.#base)
      this.#env.gap('reasoning.budget', 'converted', { from: budget, to: converted })
      return { thinking: { type: 'adaptive', ...this.#display() }, ...this.#effort(converted, false) }
    }
    if (!this.#accepts('enabled')) {
      this.#env.gap('reasoning.on', 'dropped', { message: 'the model does not reason' })
      return {}
    }
    return this.#budgetFor(effort)
  }

  /** #budgetFor serves an effort, or plain reasoning, on a model that takes budgets. */
  #budgetFor(effort: string | undefined): EncodedThinking {
    const { source, mode } = this.#said
    if (this.#maxTokens < MIN_OUTPUT) {
      // A name that asks for thoughts is as plain a wish as an effort.
      const asked = source === 'suffix' || (effort !== undefined && (source === 'effort' || source === 'level'))
      if (asked) throw FORMAT_MESSAGES_THINKING_BUDGET(this.#maxTokens)
      this.#env.gap('reasoning.on', 'dropped', { message: 'the output limit leaves no room for reasoning' })
      return {}
    }
    const budget = budgetOf(effort ?? 'medium', this.#base)
    if (effort !== undefined) this.#env.gap('reasoning.effort', 'converted', { from: effort, to: budget })
    else if (mode === 'adaptive') this.#env.gap('reasoning.on', 'converted', { from: 'adaptive', to: budget })
    return { thinking: this.#enabled(budget) }
  }

  #enabled(budget: number): JsonObject {
    return { type: 'enabled', budget_tokens: budget, ...this.#display() }
  }

  /** A client of this format knows its rules, and betas that lift them; from elsewhere a budget is made to fit. */
  #fit(budget: number): number {
    if (this.#env.native && this.#limit === this.#maxTokens) return budget
    if (this.#maxTokens < MIN_OUTPUT) throw FORMAT_MESSAGES_THINKING_BUDGET(this.#maxTokens)
    const fitted = clampBudget(budget, this.#maxTokens - MIN_BUDGET)
    if (fitted !== budget) this.#env.gap('reasoning.budget', 'converted', { from: budget, to: fitted })
    return fitted
  }

  #adaptive(feature: 'reasoning.between_tools' | 'reasoning.off'): EncodedThinking {
    this.#env.gap(feature, 'converted', { to: 'adaptive' })
    if (!this.#accepts('adaptive')) return {}
    return { thinking: { type: 'adaptive', ...this.#display() }, ...this.#effort(this.#said.effort) }
  }

  #off(): EncodedThinking {
    const { thinking, offUpTo } = this.#env.traits
    const effort = this.#said.effort === 'none' ? undefined : this.#said.effort
    if (thinking?.length === 0) return {}
    if (this.#accepts('disabled')) {
      const allowed = effort !== undefined && offUpTo !== undefined && isAbove(effort, offUpTo) ? offUpTo : effort
      if (allowed !== effort) this.#env.gap('reasoning.effort', 'converted', { from: effort!, to: allowed! })
      return { thinking: { type: 'disabled', ...this.#display() }, ...this.#effort(allowed) }
    }
    if (this.#accepts('between_tools')) {
      this.#env.gap('reasoning.off', 'converted', { to: 'between_tools' })
      return { thinking: { type: 'between_tools' }, ...this.#effort(effort) }
    }
    this.#env.gap('reasoning.off', 'converted', { to: 'low' })
    return this.#effort('low', false)
  }

  #effortAlone(): EncodedThinking {
    if (this.#said.expose !== 'default') this.#env.gap('reasoning.expose', 'dropped')
    return this.#effort(this.#said.effort)
  }

  #effort(effort: string | undefined, report = true): { readonly effort?: string } {
    if (effort === undefined) return {}
    const { efforts } = this.#env.traits
    // Of a model that is not known only so much is: the format has no `minimal`, and a newer word is its own affair.
    const rounded =
      efforts === undefined && !EFFORTS.includes(effort) ? effort : roundEffort(effort, efforts ?? EFFORTS.slice(1))
    if (rounded === undefined) {
      if (report) this.#env.gap('reasoning.effort', 'dropped', { from: effort })
      return {}
    }
    if (rounded !== effort && report) this.#env.gap('reasoning.effort', 'converted', { from: effort, to: rounded })
    return { effort: rounded }
  }

  #display(): JsonObject {
    switch (this.#said.expose) {
      case 'none':
        return { display: 'omitted' }
      case 'summary':
      case 'full':
        return { display: 'summarized' }
      default:
        return {}
    }
  }
}
