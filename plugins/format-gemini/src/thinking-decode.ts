import type { Reasoning } from '@isthmus/core'
import { type JsonObject, restOf, stringOf } from '@isthmus/core/wire'
import { FORMAT_GEMINI_THINKING } from './errors.ts'
import { integerOf } from './integer.ts'
import { KEYS } from './request-schema.ts'

export interface DecodedThinking {
  readonly reasoning?: Reasoning
  /** Members of `thinkingConfig` that only this format knows. */
  readonly rest?: JsonObject | undefined
  /** A level that was not written in upper case. */
  readonly level?: string
}

const UNSPECIFIED = 'THINKING_LEVEL_UNSPECIFIED'

/** decodeThinking reads `thinkingConfig`. To ask for thoughts is not to ask for thinking: that stays as the model has it. */
export function decodeThinking(wire: JsonObject | undefined): DecodedThinking {
  if (wire === undefined) return {}
  const { includeThoughts, thinkingBudget, thinkingLevel } = wire
  const budget = integerOf(thinkingBudget)
  const level = thinkingLevel === UNSPECIFIED ? undefined : stringOf(thinkingLevel)
  if (budget !== undefined && level !== undefined) {
    const path = 'generationConfig.thinkingConfig.thinkingLevel'
    throw FORMAT_GEMINI_THINKING.with({ path, param: path })
  }
  const expose: Reasoning['expose'] =
    includeThoughts === undefined ? 'default' : includeThoughts === true ? 'summary' : 'none'
  const rest = restOf(wire, KEYS.thinkingConfig)
  const kept = thinkingLevel === UNSPECIFIED ? { ...rest, thinkingLevel } : rest
  if (budget !== undefined) return { reasoning: ofBudget(budget, expose), rest: kept }
  if (level !== undefined) {
    const reasoning: Reasoning = { mode: 'on', effort: level.toLowerCase(), expose, source: 'level' }
    return { reasoning, rest: kept, ...(level !== level.toUpperCase() && { level }) }
  }
  if (includeThoughts === undefined) return { rest: kept }
  return { reasoning: { mode: 'default', expose, source: 'flag' }, rest: kept }
}

function ofBudget(budget: number, expose: Reasoning['expose']): Reasoning {
  if (budget === 0) return { mode: 'off', expose, source: 'budget' }
  return { mode: 'on', budgetTokens: budget < 0 ? 'auto' : budget, expose, source: 'budget' }
}
