import type { Reasoning } from '@isthmus/core'
import type { JsonObject } from '@isthmus/core/wire'
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
/** Efforts from least to most; `none` is not among them, for it is never a neighbour to round to. */
const EFFORTS = ['minimal', 'low', 'medium', 'high', 'xhigh', 'max']
const DEFAULT_OUTPUT_TOKENS = 32_768

/** encodeReasoning writes the wish to reason in the member that the upstream takes. */
export function encodeReasoning(body: JsonObject, encoding: Encoding): void {
  const { reasoning } = encoding.request
  if (reasoning === undefined) return
  const style = encoding.traits.reasoning?.style ?? SPELT.find(([flag]) => encoding.dialect.has(flag))?.[1] ?? 'effort'
  if (encoding.lacks('reasoning.on') && encoding.lacks('reasoning.effort')) return
  WRITERS[style](body, reasoning, encoding)
  if (encoding.dialect.has(DIALECT.includeReasoning)) body.include_reasoning = reasoning.expose === 'full'
  else if (style !== 'object') reportExpose(reasoning, encoding)
}

/** reportExpose: only the object says whether reasoning is to be shown. In this format it is not shown by itself. */
function reportExpose({ expose }: Reasoning, encoding: Encoding): void {
  if (expose !== 'summary' && expose !== 'full') return
  if (encoding.native || encoding.lacks('reasoning.expose')) return
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
    if (effort !== undefined) wire.effort = roundEffort(effort, encoding)
    else if (reasoning.mode === 'off' && reasoning.source !== 'flag') wire.effort = 'none'
    if (typeof budgetTokens === 'number' && (effort === undefined || encoding.native)) wire.max_tokens = budgetTokens
    if (Object.keys(wire).length === 0 && reasoning.mode !== 'default') wire.enabled = reasoning.mode !== 'off'
    if (expose === 'none') wire.exclude = true
    if (summary !== undefined) wire.summary = summary
    body.reasoning = wire
  },
  thinking(body, { mode, budgetTokens, effort }) {
    const type = mode === 'off' ? 'disabled' : mode === 'adaptive' ? 'adaptive' : 'enabled'
    body.thinking = typeof budgetTokens === 'number' ? { type, budget_tokens: budgetTokens } : { type }
    if (effort !== undefined && mode !== 'off') body.reasoning_effort = effort
  },
  enable_thinking(body, { mode, budgetTokens }) {
    body.enable_thinking = mode !== 'off'
    if (typeof budgetTokens === 'number') body.thinking_budget = budgetTokens
  },
  chat_template_kwargs(body, { mode }) {
    body.chat_template_kwargs = { enable_thinking: mode !== 'off' }
  },
  think(body, { mode, effort }) {
    body.think = effort !== undefined && mode !== 'off' ? effort : mode !== 'off'
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
  if (effort !== undefined) return roundEffort(effort, encoding)
  if (typeof budgetTokens === 'number') {
    const found = roundEffort(effortOfBudget(budgetTokens, encoding), encoding)
    encoding.report({
      feature: 'reasoning.budget',
      action: 'converted',
      field: 'reasoning',
      from: budgetTokens,
      to: found
    })
    return found
  }
  return mode === 'on' || mode === 'adaptive' ? roundEffort('medium', encoding) : undefined
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

/** roundEffort takes the next lower effort that the model knows, else the next higher. */
function roundEffort(effort: string, encoding: Encoding): string {
  const efforts = encoding.traits.reasoning?.efforts
  if (efforts === undefined || efforts.includes(effort)) return effort
  const at = EFFORTS.indexOf(effort)
  if (at < 0) return effort
  const lower = EFFORTS.slice(0, at).findLast(candidate => efforts.includes(candidate))
  const found = lower ?? EFFORTS.slice(at + 1).find(candidate => efforts.includes(candidate))
  if (found === undefined) return effort
  convert(encoding, effort, found, 'the model does not know this effort')
  return found
}

function convert(encoding: Encoding, from: string, to: string, message: string): void {
  encoding.report({ feature: 'reasoning.effort', action: 'converted', field: 'reasoning_effort', from, to, message })
}

/** effortOfBudget names the effort that comes nearest to a budget. The two top efforts are never made of a budget. */
function effortOfBudget(budgetTokens: number, { request, traits }: Encoding): string {
  const base =
    request.output.maxTokens ?? Math.min(traits.maxOutputTokens ?? DEFAULT_OUTPUT_TOKENS, DEFAULT_OUTPUT_TOKENS)
  const share = base > 0 ? budgetTokens / base : 1
  if (share <= 0.15) return 'minimal'
  if (share <= 0.35) return 'low'
  return share <= 0.65 ? 'medium' : 'high'
}
