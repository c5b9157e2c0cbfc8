import type { Reasoning } from '@isthmus/core'
import { EFFORTS, effortOf, type JsonObject, roundEffort } from '@isthmus/core/wire'
import { DIALECT } from './dialect.ts'
import type { Encoding } from './encoding.ts'
import type { ReasoningStyle } from './traits.ts'

const SPELT: readonly (readonly [string, ReasoningStyle])[] = [
  [DIALECT.reasoningObject, 'object'],
  [DIALECT.thinking, 'thinking'],
  [DIALECT.enableThinking, 'enable_thinking'],
  [DIALECT.chatTemplate, 'chat_template_kwargs'],
  [DIALECT.think, 'think']
]
const DEFAULT_OUTPUT_TOKENS = 32_768

/** encodeReasoning writes the wish to reason in the member that the upstream takes. */
export function encodeReasoning(body: JsonObject, encoding: Encoding): void {
  const { reasoning } = encoding.request
  if (reasoning === undefined) return
  const style = encoding.traits.reasoning?.style ?? SPELT.find(([flag]) => encoding.dialect.has(flag))?.[1] ?? 'effort'
  const knowsNone = encoding.lacks('reasoning.on') && encoding.lacks('reasoning.effort')
  if (knowsNone && (reasoning.mode !== 'off' || encoding.lacks('reasoning.off'))) return
  WRITERS[style](body, reasoning, encoding)
  if (encoding.dialect.has(DIALECT.includeReasoning)) body.include_reasoning = reasoning.expose === 'full'
  else if (style !== 'object') reportExpose(reasoning, encoding)
}

/** reportExpose: only the object says whether reasoning is to be shown. In this format it is not shown by itself. */
function reportExpose({ expose }: Reasoning, encoding: Encoding): void {
  if (expose !== 'summary' && expose !== 'full') return
  if (encoding.native || encoding.lacks('reasoning.expose') || encoding.traits.reasoning?.shown) return
  encoding.report({ feature: 'reasoning.expose', action: 'dropped', field: 'reasoning', from: expose })
}

const WRITERS: Record<ReasoningStyle, (body: JsonObject, reasoning: Reasoning, encoding: Encoding) => void> = {
  effort(body, reasoning, encoding) {
    const effort = effortFor(reasoning, encoding)
    if (effort !== undefined) body.reasoning_effort = effort
  },
  object(body, reasoning, encoding) {
    const { effort, budgetTokens, summary, expose } = reasoning
    const wire: JsonObject = {}
    if (effort !== undefined) wire.effort = effortAs(effort, encoding)
    else if (reasoning.mode === 'off' && reasoning.source !== 'flag') wire.effort = 'none'
    if (typeof budgetTokens === 'number' && (effort === undefined || encoding.native)) wire.max_tokens = budgetTokens
    if (Object.keys(wire).length === 0 && reasoning.mode !== 'default') wire.enabled = reasoning.mode !== 'off'
    if (expose === 'none') wire.exclude = true
    if (summary !== undefined) wire.summary = summary
    body.reasoning = wire
  },
  thinking(body, { mode, budgetTokens, effort }, encoding) {
    // Only some servers of this spelling know more than on and off.
    const type = mode === 'off' ? 'disabled' : mode === 'adaptive' && encoding.native ? 'adaptive' : 'enabled'
    body.thinking = typeof budgetTokens === 'number' ? { type, budget_tokens: budgetTokens } : { type }
    if (effort !== undefined && mode !== 'off') body.reasoning_effort = effort
  },
  enable_thinking(body, reasoning, encoding) {
    const { mode, budgetTokens } = reasoning
    body.enable_thinking = mode !== 'off'
    if (typeof budgetTokens === 'number') body.thinking_budget = budgetTokens
    reportSwitch({ ...reasoning, budgetTokens: undefined }, encoding)
  },
  chat_template_kwargs(body, reasoning, encoding) {
    body.chat_template_kwargs = { enable_thinking: reasoning.mode !== 'off' }
    reportSwitch(reasoning, encoding)
  },
  think(body, reasoning, encoding) {
    const { mode, effort } = reasoning
    body.think = effort !== undefined && mode !== 'off' ? effort : mode !== 'off'
    reportSwitch({ ...reasoning, effort: undefined }, encoding)
  }
}

/** reportSwitch names how much was to be reasoned, where the upstream only knows whether. */
function reportSwitch(
  { mode, effort, budgetTokens }: Pick<Reasoning, 'mode'> & { effort?: string | undefined; budgetTokens?: unknown },
  encoding: Encoding
): void {
  if (mode === 'off') return
  const field = 'reasoning'
  if (effort !== undefined) {
    encoding.report({ feature: 'reasoning.effort', action: 'converted', field, from: effort, to: true })
  }
  if (typeof budgetTokens === 'number') {
    encoding.report({ feature: 'reasoning.budget', action: 'converted', field, from: budgetTokens, to: true })
  }
}

/** effortFor finds the word for what was asked, and reports where it is not the same. */
function effortFor(reasoning: Reasoning, encoding: Encoding): string | undefined {
  const { mode, effort, budgetTokens } = reasoning
  const known = encoding.traits.reasoning
  if (known?.refusesTools && encoding.request.tools.some(tool => tool.type === 'function')) {
    if (mode !== 'off') convert(encoding, effort ?? mode, 'none', 'the model refuses tools together with reasoning')
    return 'none'
  }
  if (mode === 'off') return offEffort(encoding)
  if (effort !== undefined) {
    if (typeof budgetTokens === 'number') {
      const message = 'the effort stands for it'
      encoding.report({
        feature: 'reasoning.budget',
        action: 'dropped',
        field: 'reasoning',
        from: budgetTokens,
        message
      })
    }
    return effortAs(effort, encoding)
  }
  if (typeof budgetTokens === 'number') {
    const found = effortAs(effortOfBudget(budgetTokens, encoding), encoding)
    encoding.report({
      feature: 'reasoning.budget',
      action: 'converted',
      field: 'reasoning',
      from: budgetTokens,
      to: found
    })
    return found
  }
  return mode === 'on' || mode === 'adaptive' ? effortAs('medium', encoding) : undefined
}

function offEffort(encoding: Encoding): string | undefined {
  const efforts = encoding.traits.reasoning?.efforts
  if (efforts === undefined || efforts.includes('none')) return 'none'
  const least = EFFORTS.find(effort => efforts.includes(effort))
  if (least !== undefined) {
    encoding.report({
      feature: 'reasoning.off',
      action: 'converted',
      field: 'reasoning',
      from: 'none',
      to: least,
      message: 'the model cannot turn reasoning off'
    })
  }
  return least
}

/** effortAs gives the effort that the model knows and that comes closest. */
function effortAs(effort: string, encoding: Encoding): string {
  const efforts = encoding.traits.reasoning?.efforts
  if (efforts === undefined || efforts.includes(effort) || !EFFORTS.includes(effort)) return effort
  const found = roundEffort(effort, efforts)
  if (found === undefined) return effort
  convert(encoding, effort, found, 'the model does not know this effort')
  return found
}

function convert(encoding: Encoding, from: string, to: string, message: string): void {
  encoding.report({ feature: 'reasoning.effort', action: 'converted', field: 'reasoning_effort', from, to, message })
}

/** effortOfBudget names the effort that comes nearest to a budget. */
function effortOfBudget(budgetTokens: number, { request, traits }: Encoding): string {
  const base =
    request.output.maxTokens ?? Math.min(traits.maxOutputTokens ?? DEFAULT_OUTPUT_TOKENS, DEFAULT_OUTPUT_TOKENS)
  return effortOf(budgetTokens, Math.max(base, 1))
}
