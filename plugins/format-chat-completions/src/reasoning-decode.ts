import type { Reasoning } from '@isthmus/core'
import { invalid, isObject, type JsonObject, restOf } from '@isthmus/core/wire'
import { DIALECT } from './dialect.ts'
import { FORMAT_CHAT_COMPLETIONS_REASONING } from './errors.ts'
import { defined, put } from './ext.ts'
import type { WireRequest } from './request-schema.ts'

const OBJECT_KEYS: ReadonlySet<string> = new Set(['effort', 'max_tokens', 'enabled', 'exclude', 'summary'])
const THINKING_KEYS: ReadonlySet<string> = new Set(['type', 'budget_tokens'])
const TEMPLATE_KEYS: ReadonlySet<string> = new Set(['enable_thinking'])

/** Found is the one spelling that the IR takes over; further ones beside it are kept as they are. */
interface Found {
  readonly reasoning: Omit<Reasoning, 'expose'>
  readonly flag?: string
  /** Members that were read, and what is left of them. */
  readonly read: Readonly<Record<string, JsonObject | undefined>>
}

/** decodeReasoning reads the wish to reason in all its spellings. It adds dialect flags, and unread members to `rest`. */
export function decodeReasoning(wire: WireRequest, dialect: Set<string>, rest: JsonObject): Reasoning | undefined {
  const found = fromObject(wire) ?? fromEffort(wire) ?? fromThinking(wire) ?? fromFlags(wire)
  for (const key of SPELLINGS) {
    const value = wire[key]
    if (value === undefined || value === null) continue
    if (found === undefined || !(key in found.read)) put(rest, key, value)
    else if (found.read[key] !== undefined) put(rest, key, found.read[key])
  }
  // Groq's word for reasoning in a member of its own, which it calls as OpenRouter does.
  const format = wire.reasoning_format
  if (isObject(wire.reasoning) || wire.include_reasoning === true || format === 'parsed') dialect.add(DIALECT.reasoning)
  if (wire.thinking || typeof wire.enable_thinking === 'boolean') dialect.add(DIALECT.reasoningContent)
  const { include_reasoning: include, reasoning: object } = wire
  if (found === undefined && typeof include !== 'boolean') return undefined
  if (typeof include === 'boolean') {
    dialect.add(DIALECT.includeReasoning)
    delete rest.include_reasoning
  }
  if (found?.flag !== undefined) dialect.add(found.flag)
  const hidden = object?.exclude === true || include === false || format === 'hidden'
  const expose = hidden ? 'none' : include === true || shown(dialect) ? 'full' : 'default'
  return { ...(found?.reasoning ?? { mode: 'default', source: 'flag' }), expose }
}

const SPELLINGS = [
  'reasoning',
  'reasoning_effort',
  'include_reasoning',
  'reasoning_format',
  'thinking',
  'enable_thinking',
  'thinking_budget',
  'chat_template_kwargs',
  'think'
] as const

function shown(dialect: ReadonlySet<string>): boolean {
  return dialect.has(DIALECT.reasoning) || dialect.has(DIALECT.reasoningContent)
}

const byEffort = (effort: string): Omit<Reasoning, 'expose'> => ({
  mode: effort === 'none' ? 'off' : 'on',
  effort,
  source: 'effort'
})

function fromObject(wire: WireRequest): Found | undefined {
  const { reasoning, reasoning_effort: alias } = wire
  if (reasoning === undefined || reasoning === null) return undefined
  const effort = reasoning.effort ?? undefined
  if (effort !== undefined && typeof alias === 'string' && effort !== alias) {
    throw FORMAT_CHAT_COMPLETIONS_REASONING.with({ path: 'reasoning.effort', param: 'reasoning.effort' })
  }
  const budgetTokens = reasoning.max_tokens ?? undefined
  const word = effort ?? alias ?? undefined
  const base: Omit<Reasoning, 'expose'> =
    word !== undefined
      ? byEffort(word)
      : budgetTokens !== undefined
        ? { mode: 'on', source: 'budget' }
        : { mode: mode(reasoning.enabled), source: 'flag' }
  // Beside an effort or a budget the switch says nothing more.
  const idle =
    base.source !== 'flag' && typeof reasoning.enabled === 'boolean' ? { enabled: reasoning.enabled } : undefined
  const unread = restOf(reasoning as JsonObject, OBJECT_KEYS)
  return {
    reasoning: defined({ ...base, budgetTokens, summary: reasoning.summary ?? undefined }),
    flag: DIALECT.reasoningObject,
    read: { reasoning: idle === undefined ? unread : { ...unread, ...idle }, reasoning_effort: undefined }
  }
}

function mode(enabled: boolean | null | undefined): Reasoning['mode'] {
  return enabled === undefined || enabled === null ? 'default' : enabled ? 'on' : 'off'
}

function fromEffort({ reasoning_effort: effort }: WireRequest): Found | undefined {
  if (effort === undefined || effort === null) return undefined
  return { reasoning: byEffort(effort), read: { reasoning_effort: undefined } }
}

function fromThinking({ thinking }: WireRequest): Found | undefined {
  if (thinking === undefined || thinking === null) return undefined
  const modes: Readonly<Record<string, Reasoning['mode']>> = {
    enabled: 'on',
    disabled: 'off',
    adaptive: 'adaptive',
    auto: 'adaptive'
  }
  const found = Object.hasOwn(modes, thinking.type) ? modes[thinking.type] : undefined
  if (found === undefined) throw invalid('thinking.type', '"enabled", "disabled" or "adaptive"', thinking.type)
  const budgetTokens = thinking.budget_tokens ?? undefined
  return {
    reasoning: defined({ mode: found, budgetTokens, source: budgetTokens === undefined ? 'flag' : 'budget' } as const),
    flag: DIALECT.thinking,
    read: { thinking: restOf(thinking as JsonObject, THINKING_KEYS) }
  }
}

function fromFlags(wire: WireRequest): Found | undefined {
  const { enable_thinking: enabled, thinking_budget: budget, chat_template_kwargs: template, think } = wire
  if (typeof enabled === 'boolean') {
    const budgetTokens = budget ?? undefined
    return {
      reasoning: defined({ mode: enabled ? 'on' : 'off', budgetTokens, source: 'flag' } as const),
      flag: DIALECT.enableThinking,
      read: { enable_thinking: undefined, thinking_budget: undefined }
    }
  }
  if (isObject(template) && typeof template.enable_thinking === 'boolean') {
    return {
      reasoning: { mode: template.enable_thinking ? 'on' : 'off', source: 'flag' },
      flag: DIALECT.chatTemplate,
      read: { chat_template_kwargs: restOf(template, TEMPLATE_KEYS) }
    }
  }
  if (think === undefined || think === null) return undefined
  return {
    reasoning: typeof think === 'string' ? byEffort(think) : { mode: think ? 'on' : 'off', source: 'flag' },
    flag: DIALECT.think,
    read: { think: undefined }
  }
}
