import type { Reasoning, ReasoningPart } from '@isthmus/core'
import { addMembers, EFFORTS, effortOf, type JsonObject, roundEffort } from '@isthmus/core/wire'
import type { Encoding } from './encoding.ts'
import { addNulls, membersOf, spellingOf } from './ext.ts'
import { isOwnSeal } from './seals.ts'

const DEFAULT_OUTPUT_TOKENS = 32_768

/** encodeReasoning writes the wish to reason, undefined when there is nothing to say. */
export function encodeReasoning(encoding: Encoding): JsonObject | undefined {
  const { request, traits, native } = encoding
  const { reasoning } = request
  if (reasoning === undefined || traits.reasoning?.supported === false) return undefined
  const { summary, context, execMode, expose, budgetTokens, source } = reasoning
  const effort = encoding.lacks('reasoning.effort') ? undefined : effortFor(reasoning, encoding)
  const shown = summary ?? (expose === 'summary' || expose === 'full' ? 'auto' : undefined)
  const wire: JsonObject = {
    ...(effort !== undefined && { effort }),
    ...(native && source === 'budget' && { max_tokens: budgetTokens }),
    ...(shown !== undefined && !encoding.lacks('reasoning.expose') && { summary: shown })
  }
  if (!encoding.lacks('reasoning.context')) {
    if (context !== undefined) wire.context = context
    if (execMode !== undefined) wire.mode = execMode
  }
  return Object.keys(wire).length === 0 ? undefined : wire
}

/** effortFor finds the word for what was asked, and reports where it is not the same. */
function effortFor(reasoning: Reasoning, encoding: Encoding): string | undefined {
  const { mode, effort, budgetTokens, source } = reasoning
  if (mode === 'off') return offEffort(encoding)
  if (effort !== undefined) return effortAs(effort, encoding)
  if (encoding.native && source === 'budget') return undefined
  if (typeof budgetTokens === 'number') {
    const to = effortAs(effortOfBudget(budgetTokens, encoding), encoding)
    encoding.report({ feature: 'reasoning.budget', action: 'converted', field: 'reasoning', from: budgetTokens, to })
    return to
  }
  return mode === 'on' || mode === 'adaptive' ? effortAs('medium', encoding) : undefined
}

function offEffort(encoding: Encoding): string | undefined {
  const efforts = encoding.traits.reasoning?.efforts
  if (efforts === undefined || efforts.includes('none')) return 'none'
  const to = EFFORTS.find(effort => efforts.includes(effort))
  if (to !== undefined) {
    const message = 'the model cannot turn reasoning off'
    encoding.report({ feature: 'reasoning.off', action: 'converted', field: 'reasoning', from: 'none', to, message })
  }
  return to
}

/** effortAs gives the effort that the model knows and that comes closest. */
function effortAs(effort: string, encoding: Encoding): string {
  const efforts = encoding.traits.reasoning?.efforts
  if (efforts === undefined || efforts.includes(effort) || !EFFORTS.includes(effort)) return effort
  const to = roundEffort(effort, efforts)
  if (to === undefined) return effort
  const message = 'the model does not know this effort'
  encoding.report({ feature: 'reasoning.effort', action: 'converted', field: 'reasoning', from: effort, to, message })
  return to
}

/** effortOfBudget names the effort that comes nearest to a budget. */
function effortOfBudget(budgetTokens: number, { request, traits }: Encoding): string {
  const base =
    request.output.maxTokens ?? Math.min(traits.maxOutputTokens ?? DEFAULT_OUTPUT_TOKENS, DEFAULT_OUTPUT_TOKENS)
  return effortOf(budgetTokens, Math.max(base, 1))
}

/** encodeReasoningItem writes earlier reasoning, undefined where this upstream could not read it. */
export function encodeReasoningItem(part: ReasoningPart, encoding: Encoding): JsonObject | undefined {
  const { traits, native, stateless } = encoding
  if (traits.reasoning?.supported === false || encoding.lacks('input.reasoning')) return undefined
  if (traits.reasoning?.replay === 'content') return plainItem(part)
  const { seal, item } = part
  const sealed = seal !== undefined && isOwnSeal(seal, encoding.sealFormat)
  // What the upstream keeps it finds by its id; where it keeps nothing, only sealed reasoning means anything to it.
  if (!sealed && (seal !== undefined || stateless || !native)) return undefined
  const id = item?.id ?? seal?.itemId
  const spelling = spellingOf(part)
  const wire: JsonObject = {
    type: 'reasoning',
    ...(id !== undefined && { id }),
    ...(item?.status !== undefined && { status: item.status }),
    summary: texts(part.summary, 'summary_text', membersOf(part)?.summary),
    ...(sealed && { encrypted_content: seal.data })
  }
  // Only some models take the text itself; a client of this format that sends it talks to one of them.
  if (native && part.text !== undefined) wire.content = contentOf(part)
  const { summary: _summary, content: _content, ...members } = membersOf(part) ?? {}
  const written = addNulls(addMembers(wire, members), spelling?.nulls)
  if (native && part.summary === undefined && spelling?.nulls?.includes('summary') !== true) delete written.summary
  return written
}

/** plainItem is for models that were made to read their reasoning as text. */
function plainItem(part: ReasoningPart): JsonObject | undefined {
  const content = part.text === undefined ? texts(part.summary, 'reasoning_text') : contentOf(part)
  if (content.every(({ text }) => text === '')) return undefined
  const id = part.item?.id
  return { type: 'reasoning', ...(id !== undefined && { id }), summary: [], content }
}

function contentOf(part: ReasoningPart): JsonObject[] {
  const { text = '' } = part
  let at = 0
  const pieces = spellingOf(part)?.lengths?.map(length => {
    at += length
    return text.slice(at - length, at)
  })
  return texts(at === text.length && pieces ? pieces : [text], 'reasoning_text', membersOf(part)?.content)
}

function texts(list: readonly string[] | undefined, type: string, members?: unknown): JsonObject[] {
  const kept = Array.isArray(members) ? (members as readonly JsonObject[]) : []
  return (list ?? []).map((text, at) => ({ type, text, ...kept[at] }))
}
