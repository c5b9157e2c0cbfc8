import type { Reasoning } from '@isthmus/core'
import { budgetOf, effortOf, type JsonObject, roundEffort } from '@isthmus/core/wire'
import type { Encoding } from './encoding.ts'
import { spellingOf } from './ext.ts'

/** The largest output limit that a share of it is taken of where the client named none. */
const MAX_BASE = 32_768
/** The levels of a model that nothing is known of. */
const LEVELS: readonly string[] = ['minimal', 'low', 'medium', 'high']

/** encodeThinking writes what the client said about reasoning in the words that the model understands. */
export function encodeThinking(encoding: Encoding, maxTokens: number | undefined): JsonObject | undefined {
  const { reasoning } = encoding.request
  if (reasoning === undefined) return undefined
  if (encoding.traits.thinking?.style === 'none') return undefined
  const config = { ...exposed(reasoning), ...amount(reasoning, encoding, maxTokens) }
  return Object.keys(config).length === 0 ? undefined : config
}

/** Thoughts are shown only to those who ask for them; a model that is to reason and says no more is asked for none. */
function exposed({ expose, mode, effort, budgetTokens }: Reasoning): JsonObject {
  if (expose !== 'default') return { includeThoughts: expose !== 'none' }
  const plainlyOn = (mode === 'on' || mode === 'adaptive') && effort === undefined && budgetTokens === undefined
  return plainlyOn ? { includeThoughts: true } : {}
}

function amount(said: Reasoning, encoding: Encoding, maxTokens: number | undefined): JsonObject {
  const { mode, effort, budgetTokens } = said
  if (mode === 'off' || effort === 'none') return off(encoding)
  const { thinking } = encoding.traits
  const base = baseOf(encoding, maxTokens)
  if (typeof budgetTokens === 'number' && effort === undefined) {
    if (thinking?.style !== 'level') return { thinkingBudget: fit(budgetTokens, encoding) }
    const converted = effortOf(budgetTokens, base)
    encoding.gap('reasoning.budget', 'converted', { from: budgetTokens, to: converted })
    return level(converted, thinking.levels, encoding, false)
  }
  if (effort !== undefined) {
    if (thinking?.style !== 'budget')
      return level(effort, thinking?.style === 'level' ? thinking.levels : LEVELS, encoding, true)
    // What the client said in tokens is closer to a budget than a word is.
    if (typeof budgetTokens === 'number') return { thinkingBudget: fit(budgetTokens, encoding) }
    const budget = Math.min(Math.max(budgetOf(effort, base), thinking.min), thinking.max)
    encoding.gap('reasoning.effort', 'converted', { from: effort, to: budget })
    return { thinkingBudget: budget }
  }
  if (mode === 'default' || mode === 'between_tools' || thinking?.style === 'level') return {}
  if (budgetTokens === 'auto' || thinking?.style === 'budget') return { thinkingBudget: -1 }
  return {}
}

function baseOf({ traits }: Encoding, maxTokens: number | undefined): number {
  return maxTokens ?? Math.min(traits.maxOutput ?? MAX_BASE, MAX_BASE)
}

function off(encoding: Encoding): JsonObject {
  const { thinking } = encoding.traits
  if (thinking?.style === 'level') {
    const least = roundEffort('minimal', thinking.levels)
    if (least === undefined) return {}
    encoding.gap('reasoning.off', 'converted', { to: least })
    return { thinkingLevel: least.toUpperCase() }
  }
  if (thinking?.style !== 'budget' || thinking.off) return { thinkingBudget: 0 }
  encoding.gap('reasoning.off', 'converted', { to: thinking.min })
  return { thinkingBudget: thinking.min }
}

function fit(budget: number, encoding: Encoding): number {
  const { thinking } = encoding.traits
  if (thinking?.style !== 'budget') return budget
  const fitted = Math.min(Math.max(budget, thinking.min), thinking.max)
  if (fitted !== budget) encoding.gap('reasoning.budget', 'converted', { from: budget, to: fitted })
  return fitted
}

function level(effort: string, levels: readonly string[], encoding: Encoding, report: boolean): JsonObject {
  const { native, request } = encoding
  const spelling = native ? spellingOf(request)?.level : undefined
  // Of a model that is not known only so much is: a newer word is the client's own affair.
  const unknown = native && encoding.traits.thinking === undefined
  const rounded = unknown ? effort : roundEffort(effort, levels)
  if (rounded === undefined) {
    if (report) encoding.gap('reasoning.effort', 'dropped', { from: effort })
    return {}
  }
  if (rounded !== effort && report) encoding.gap('reasoning.effort', 'converted', { from: effort, to: rounded })
  return { thinkingLevel: spelling?.toLowerCase() === rounded ? spelling : rounded.toUpperCase() }
}
