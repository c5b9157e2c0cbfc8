import type { FeatureTable } from '@isthmus/core'
import type { MessagesTraits } from '@isthmus/format-messages'

/** Family is a group of models that follow the same rules. */
interface Family {
  readonly name: RegExp
  readonly traits: MessagesTraits
}

const ALL = ['low', 'medium', 'high', 'xhigh', 'max']
const BUDGET: MessagesTraits = {
  sampling: 'full',
  thinking: ['enabled', 'disabled'],
  efforts: [],
  forcedTools: 'without_thinking',
  nativeSchema: false,
  strictTools: false,
  inListSystem: false
}
const STRUCTURED = { nativeSchema: true, strictTools: true } as const
const ADAPTIVE: MessagesTraits = {
  maxOutput: 128_000,
  sampling: 'none',
  thinking: ['adaptive', 'disabled'],
  efforts: ALL,
  forcedTools: 'yes',
  inListSystem: true,
  ...STRUCTURED
}
/** Models that cannot be kept from reasoning, nor made to call a tool. */
const ALWAYS_ON: MessagesTraits = { ...ADAPTIVE, thinking: ['adaptive'], forcedTools: 'no' }

/** A version ends where the name ends, or goes on with a date or a platform's tag, but not with a further number. */
const version = (names: string): RegExp => new RegExp(`claude-(?:${names})(?:-0)?(?![-.]?\\d{1,2}(?!\\d))`)

const FAMILIES: readonly Family[] = [
  { name: version('fable-5[-.][12]|opus-5[-.]5'), traits: ALWAYS_ON },
  { name: version('sonnet-5[-.]5'), traits: { ...ALWAYS_ON, thinking: ['adaptive', 'between_tools'] } },
  { name: version('haiku-5[-.]5|opus-5'), traits: { ...ADAPTIVE, offUpTo: 'high' } },
  { name: version('fable-5'), traits: { ...ADAPTIVE, thinking: ['adaptive'] } },
  { name: version('opus-4[-.]8|sonnet-5'), traits: ADAPTIVE },
  { name: version('opus-4[-.]7'), traits: { ...ADAPTIVE, inListSystem: false } },
  {
    name: version('(?:sonnet|opus)-4[-.]6'),
    traits: {
      ...ADAPTIVE,
      sampling: 'full',
      efforts: ['low', 'medium', 'high', 'max'],
      forcedTools: 'without_thinking',
      inListSystem: false
    }
  },
  {
    name: version('opus-4[-.]5'),
    traits: { ...BUDGET, ...STRUCTURED, maxOutput: 64_000, sampling: 'one', efforts: ['low', 'medium', 'high'] }
  },
  {
    name: version('(?:sonnet|haiku)-4[-.]5'),
    traits: { ...BUDGET, ...STRUCTURED, maxOutput: 64_000, sampling: 'one' }
  },
  { name: version('opus-4[-.]1'), traits: { ...BUDGET, ...STRUCTURED, maxOutput: 32_000 } },
  { name: version('sonnet-4'), traits: { ...BUDGET, maxOutput: 64_000 } },
  { name: version('opus-4'), traits: { ...BUDGET, maxOutput: 32_000 } },
  { name: /claude-3[-.]7/, traits: { ...BUDGET, maxOutput: 64_000 } },
  { name: /claude-3[-.]5/, traits: { ...BUDGET, maxOutput: 8192, thinking: [] } },
  { name: /claude-(?:3|2|instant)/, traits: { ...BUDGET, maxOutput: 4096, thinking: [] } },
  // A name that came after this list follows the newest rules; its output limit is one that all of them have.
  { name: /claude/, traits: { ...ALWAYS_ON, maxOutput: 64_000 } }
]

/** Other vendors' models behind this protocol follow the oldest rules, and want their reasoning back as it was. */
const OTHERS: MessagesTraits = { ...BUDGET, forcedTools: 'yes', replay: 'any' }

/** traitsOf gives the rules of a model by its name. */
export function traitsOf(model: string): MessagesTraits {
  return FAMILIES.find(family => family.name.test(model))?.traits ?? OTHERS
}

/** A model that does not reason leaves out what is said about reasoning; that it be off is true of it. */
const WITHOUT_REASONING: Partial<FeatureTable> = {
  'reasoning.off': 'converted',
  'reasoning.on': 'dropped',
  'reasoning.effort': 'dropped',
  'reasoning.budget': 'dropped',
  'reasoning.between_tools': 'dropped',
  'reasoning.expose': 'dropped'
}

/** featuresOf gives the verdicts in which a model differs from the format. */
export function featuresOf(model: string): Partial<FeatureTable> {
  const { nativeSchema, strictTools, inListSystem, forcedTools, thinking } = traitsOf(model)
  return {
    ...(inListSystem && { 'input.system.later': 'exact' }),
    ...(nativeSchema === false && { 'output.json_schema': 'emulated' }),
    ...(strictTools === false && { 'tools.strict': 'dropped' }),
    ...(forcedTools === 'no' && { 'tools.choice.required': 'emulated', 'tools.choice.one': 'emulated' }),
    ...(thinking?.length === 0 && WITHOUT_REASONING)
  }
}
