import type { Reasoning } from '@isthmus/core'
import { type JsonObject, restOf, stringOf, wordTable } from '@isthmus/core/wire'
import { ThinkingShape } from './types.ts'

export interface DecodedThinking {
  readonly reasoning?: Reasoning
  /** Members of `thinking` that only this format knows, or all of one whose type is not known. */
  readonly rest?: JsonObject
}

const MODES: Readonly<Record<string, Reasoning['mode']>> = wordTable({
  enabled: 'on',
  adaptive: 'adaptive',
  disabled: 'off',
  between_tools: 'between_tools'
})
const EXPOSE: Readonly<Record<string, Reasoning['expose']>> = wordTable({ omitted: 'none', summarized: 'summary' })

/** decodeReasoning reads `thinking` and the effort of `output_config`, which are independent of each other. */
export function decodeReasoning(thinking: JsonObject | undefined, effort: string | undefined): DecodedThinking {
  const mode = thinking === undefined ? undefined : MODES[thinking.type as string]
  if (thinking === undefined || mode === undefined) {
    return {
      ...(effort !== undefined && {
        reasoning: { mode: 'default', effort, expose: 'default', source: 'effort' } as const
      }),
      ...(thinking !== undefined && { rest: thinking })
    }
  }
  const known = new Set(['type'])
  if (mode === 'on') {
    ThinkingShape.check(thinking, 'thinking')
    known.add('budget_tokens')
  }
  const expose = EXPOSE[stringOf(thinking.display) ?? '']
  if (expose !== undefined) known.add('display')
  const rest = restOf(thinking, known)
  return {
    reasoning: {
      mode,
      expose: expose ?? 'default',
      ...(effort !== undefined && { effort }),
      ...(mode === 'on' && { budgetTokens: thinking.budget_tokens as number }),
      source: mode === 'on' ? 'budget' : effort !== undefined ? 'effort' : 'flag'
    },
    ...(rest !== undefined && { rest })
  }
}
