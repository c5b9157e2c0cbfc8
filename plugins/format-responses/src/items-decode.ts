import type { HostedPart, Item, Message, OpaquePart, Part, Role, Seal, ToolResultPart } from '@isthmus/core'
import { invalid, isObject, type JsonObject, restOf, type SealPlace, stringOf } from '@isthmus/core/wire'
import { decodeSearchCall, decodeSearchOutput, isClientSearch } from './client-search.ts'
import { makeExt, nullsOf, withExt } from './ext.ts'
import { hostedKind, hostedType } from './hosted.ts'
import { decodeContent } from './parts-decode.ts'
import { decodeReasoningItem } from './reasoning-item.ts'
import { itemShapes } from './schema/item-shapes.ts'
import type { ToolNames } from './tool-names.ts'
import { FORMAT, type ItemSpelling } from './types.ts'

const keys = (...names: string[]): ReadonlySet<string> => new Set(['type', 'id', 'status', ...names])
const KEYS = {
  message: keys('role', 'content', 'phase'),
  function_call: keys('call_id', 'name', 'arguments', 'namespace', 'caller'),
  custom_tool_call: keys('call_id', 'name', 'input', 'namespace', 'caller'),
  function_call_output: keys('call_id', 'output', 'name'),
  custom_tool_call_output: keys('call_id', 'output')
}

const ROLES: ReadonlySet<string> = new Set(['user', 'assistant', 'system', 'developer'])

/** Items that speak to the model, or about the conversation, from outside of it; by the role of their turn. */
const OUTSIDE: Readonly<Record<string, Role>> = {
  additional_tools: 'developer',
  configuration_update: 'developer',
  compaction_trigger: 'user'
}

/** decodeNativeItem keeps an item whole: it can be sent back only as it came. */
export function decodeNativeItem(wire: JsonObject, item: Item): HostedPart | OpaquePart {
  const type = stringOf(wire.type) ?? ''
  const native = { format: FORMAT, object: wire }
  const hosted = hostedType(type)
  if (hosted === undefined) return { type: 'opaque', native, replay: 'same_dialect', item }
  const input = wire.action ?? wire.arguments ?? wire.input ?? wire.code ?? wire.queries
  const output = wire.output ?? wire.outputs ?? wire.results ?? wire.result
  const status = stringOf(wire.status)
  return {
    type: hosted,
    kind: hostedKind(type),
    id: stringOf(wire.call_id) ?? stringOf(wire.id) ?? '',
    ...(input !== undefined && { input }),
    ...(output !== undefined && { output }),
    ...(status !== undefined && { status }),
    native,
    item
  }
}

export interface DecodedItems {
  readonly messages: readonly Message[]
  /** Tools that searches of the client found. */
  readonly found: readonly unknown[]
}

/** decodeItems reads the input list: what the assistant said in a row is one turn, and so are results in a row. */
export function decodeItems(items: readonly unknown[], names: ToolNames): DecodedItems {
  const decoder = new ItemsDecoder(names)
  for (const [index, wire] of items.entries()) decoder.add(wire, index)
  return decoder
}

class ItemsDecoder {
  readonly messages: Message[] = []
  readonly found: unknown[] = []
  #names: ToolNames
  /** Parts of the turn that is being read, when more items may join it. */
  #turn: { readonly role: Role; readonly parts: Part[] } | undefined
  /** Seals that travelled in an item of their own, for the calls they belong to. */
  #carried = new Map<string, Seal>()

  constructor(names: ToolNames) {
    this.#names = names
  }

  add(told: unknown, index: number): void {
    const path = `input[${index}]`
    if (!isObject(told)) throw invalid(path, 'an item', told)
    const wire = typedItem(told)
    const { type } = wire
    if (type !== undefined && typeof type !== 'string') throw invalid(`${path}.type`, 'a string', type)
    switch (type) {
      case undefined:
      case 'message':
        this.#message(wire, index, path)
        break
      case 'reasoning':
        this.#reasoning(wire, index, path)
        break
      case 'function_call':
      case 'custom_tool_call':
        this.#join('assistant', this.#call(wire, type, index, path))
        break
      case 'function_call_output':
      case 'custom_tool_call_output':
        this.#join('tool', decodeResult(this.#answering(wire), type, index, path))
        break
      default:
        this.#other(wire, type, index)
    }
  }

  #join(role: Role, ...parts: readonly Part[]): void {
    if (this.#turn?.role !== role) {
      this.#turn = { role, parts: [] }
      this.messages.push({ role, parts: this.#turn.parts })
    }
    this.#turn.parts.push(...parts)
  }

  /** A result need not say which call it answers: it is the first one that has none, of its tool if it names that. */
  #answering(wire: JsonObject): JsonObject {
    if (wire.call_id !== undefined && wire.call_id !== null) return wire
    const at = this.messages.findLastIndex(({ parts }) => parts.some(part => part.type === 'tool_call'))
    const later = this.messages.slice(at + 1).flatMap(({ parts }) => parts)
    const answered = new Set(later.map(part => part.type === 'tool_result' && part.callId))
    const name = typeof wire.name === 'string' ? this.#names.ir(wire.name, stringOf(wire.namespace)) : undefined
    for (const part of this.messages[at]?.parts ?? []) {
      if (part.type !== 'tool_call' || answered.has(part.id) || (name !== undefined && part.name !== name)) continue
      return { ...wire, call_id: part.id }
    }
    return wire
  }

  #message(wire: JsonObject, index: number, path: string): void {
    const { role, content, id, status, phase } = itemShapes.message.check(wire, path)
    if (!ROLES.has(role)) throw invalid(`${path}.role`, '"user", "assistant", "system" or "developer"', role)
    const spelling = itemSpelling(wire, role, content)
    const rest = restOf(wire, KEYS.message)
    if (role !== 'assistant') {
      this.#turn = undefined
      const item: ItemSpelling = {
        ...spelling,
        ...(typeof id === 'string' && { id }),
        ...(typeof status === 'string' && { status }),
        ...(typeof phase === 'string' && { phase })
      }
      const parts = decodeContent(content, 'input', `${path}.content`)
      const message: Message = { role: role as Role, parts, ...(role !== 'user' && { origin: 'list' }) }
      this.messages.push(withExt(message, makeExt(rest, nonEmpty(item))))
      return
    }
    const parts = decodeContent(content, 'output', `${path}.content`)
    // An item without content has no part to keep it by.
    const first = parts[0] ?? { type: 'text', text: '' }
    const ext = makeExt(undefined, nonEmpty(spelling), rest)
    parts[0] = withExt(first, ext === undefined ? first.ext : merged(first.ext, ext))
    const item = itemOf(wire, index, phase ?? undefined)
    this.#join('assistant', ...parts.map(part => ({ ...part, item })))
  }

  #reasoning(wire: JsonObject, index: number, path: string): void {
    const { part, carries } = decodeReasoningItem(wire, itemOf(wire, index), path)
    if (carries === undefined) this.#join('assistant', part)
    else this.#place(carries.seal, carries.place)
  }

  /** #place gives a seal that travelled in an item of its own to the call that follows, or to the text before. */
  #place(seal: Seal, place: SealPlace): void {
    if (place.on === 'call') this.#placeOnCall(seal, place.callId)
    else {
      const parts = this.#turn?.role === 'assistant' ? this.#turn.parts : []
      const last = parts.at(-1)
      if (last?.type === 'text') parts[parts.length - 1] = { ...last, seal }
    }
  }

  /** Streams tell the seal of a call after the call, so its item may stand on either side. */
  #placeOnCall(seal: Seal, callId: string): void {
    const parts = this.#turn?.role === 'assistant' ? this.#turn.parts : []
    const at = parts.findLastIndex(part => part.type === 'tool_call' && part.id === callId)
    if (at < 0) this.#carried.set(callId, seal)
    else parts[at] = { ...parts[at]!, seal }
  }

  #call(wire: JsonObject, type: 'function_call' | 'custom_tool_call', index: number, path: string): Part {
    const shape = itemShapes[type].check(wire, path)
    const namespace = shape.namespace ?? undefined
    const { caller } = wire
    const nulls = nullsOf(wire, KEYS[type])
    const seal = this.#carried.get(shape.call_id)
    const name = this.#names.ir(shape.name, namespace)
    const ext = makeExt(restOf(wire, KEYS[type]), {
      ...(nulls && { nulls }),
      ...(name !== shape.name && { name: shape.name })
    })
    return withExt<Part>(
      {
        type: 'tool_call',
        id: shape.call_id,
        name,
        kind: type === 'function_call' ? 'function' : 'custom',
        argsText: 'arguments' in shape ? shape.arguments : shape.input,
        ...(namespace !== undefined && { namespace }),
        ...(caller !== undefined && caller !== null && { caller }),
        ...(seal !== undefined && { seal }),
        item: itemOf(wire, index)
      },
      ext
    )
  }

  #other(wire: JsonObject, type: string, index: number): void {
    if (type === 'tool_search_call' && isClientSearch(wire)) {
      this.#join('assistant', decodeSearchCall(wire, itemOf(wire, index)))
      return
    }
    if (type === 'tool_search_output' && isClientSearch(wire)) {
      this.#join('tool', decodeSearchOutput(wire, itemOf(wire, index)))
      if (Array.isArray(wire.tools)) this.found.push(...wire.tools)
      return
    }
    const outside = Object.hasOwn(OUTSIDE, type) ? OUTSIDE[type] : undefined
    const part = decodeNativeItem(wire, itemOf(wire, index))
    if (outside === undefined) this.#join(part.type === 'hosted_result' ? 'tool' : 'assistant', part)
    else {
      this.#turn = undefined
      this.messages.push({ role: outside, parts: [part] })
    }
  }
}

/** typedItem gives an item the type that it may leave out: one that only names another is a reference to it. */
export function typedItem(wire: JsonObject): JsonObject {
  const { type, id, role, content } = wire
  const untyped = (type === undefined || type === null) && role === undefined && content === undefined
  return untyped && typeof id === 'string' ? { ...wire, type: 'item_reference' } : wire
}

function itemOf(wire: JsonObject, index: number, phase?: string): Item {
  const id = stringOf(wire.id)
  const status = stringOf(wire.status)
  return {
    ...(id !== undefined && { id }),
    index,
    ...(phase !== undefined && { phase }),
    ...(status !== undefined && { status })
  }
}

function itemSpelling(wire: JsonObject, role: string, content: string | readonly unknown[]): ItemSpelling {
  const nulls = nullsOf(wire, KEYS.message)
  const as = contentSpelling(role, content)
  return {
    ...(wire.type === undefined && { untyped: true }),
    ...(as !== undefined && { as }),
    ...(nulls !== undefined && { nulls })
  }
}

/** contentSpelling: the assistant's texts are written as lists, one plain text of the others as a string. */
function contentSpelling(role: string, content: string | readonly unknown[]): ItemSpelling['as'] {
  if (typeof content === 'string') return role === 'assistant' ? 'string' : undefined
  if (content.length === 0) return 'none'
  return role !== 'assistant' && content.length === 1 ? 'list' : undefined
}

const nonEmpty = (item: ItemSpelling): { readonly item: ItemSpelling } | undefined =>
  Object.keys(item).length === 0 ? undefined : { item }

function merged(first: Part['ext'], second: NonNullable<Part['ext']>): NonNullable<Part['ext']> {
  const result: Record<string, Readonly<Record<string, unknown>>> = { ...first }
  for (const [namespace, members] of Object.entries(second)) {
    result[namespace] = { ...result[namespace], ...members }
  }
  return result
}

function decodeResult(
  wire: JsonObject,
  type: 'function_call_output' | 'custom_tool_call_output',
  index: number,
  path: string
): ToolResultPart {
  const { call_id: callId, output } = itemShapes[type].check(wire, path)
  const custom = type === 'custom_tool_call_output'
  const name = custom ? undefined : stringOf(wire.name)
  const nulls = nullsOf(wire, KEYS[type])
  const as = contentSpelling('tool', output)
  const ext = makeExt(restOf(wire, KEYS[type]), {
    ...(custom && { as: 'custom' }),
    ...(as !== undefined && { item: { as } }),
    ...(nulls && { nulls })
  })
  return withExt<ToolResultPart>(
    {
      type: 'tool_result',
      callId,
      ...(name !== undefined && { name }),
      content: decodeContent(output, 'input', `${path}.output`),
      item: itemOf(wire, index)
    },
    ext
  )
}
