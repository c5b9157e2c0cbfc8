import type { ImagePart, Item, Part, ReasoningPart, TextPart, ToolCallPart } from '@isthmus/core'
import { isObject, type JsonObject, parseObject, restOf, stringOf } from '@isthmus/core/wire'
import { decodeAnnotation } from './annotations.ts'
import { makeExt, withExt } from './ext.ts'
import { decodeNativeItem } from './items-decode.ts'
import { decodeLogprobs } from './logprobs.ts'
import { encryptedSeal } from './seals.ts'
import { FORMAT, qualified, type RequestContext } from './types.ts'

/*
 * Items of a reply. Servers are read as they are, not as they should be: a member of another type than the format says
 * counts as absent.
 */

const keys = (...names: string[]): ReadonlySet<string> => new Set(['type', 'id', 'status', ...names])
const KEYS = {
  message: keys('role', 'content', 'phase'),
  output_text: new Set(['type', 'text', 'annotations', 'logprobs']),
  refusal: new Set(['type', 'refusal']),
  reasoning: keys('summary', 'content', 'encrypted_content'),
  function_call: keys('call_id', 'name', 'namespace', 'arguments', 'caller'),
  custom_tool_call: keys('call_id', 'name', 'namespace', 'input', 'caller')
}

/** itemOf tells where a part of an item stands. An item of a reply that is over is not in progress. */
export function itemOf(wire: JsonObject, index: number): Item {
  const id = stringOf(wire.id)
  const phase = stringOf(wire.phase)
  const status = stringOf(wire.status)
  return {
    ...(id !== undefined && id !== '' && { id }),
    index,
    ...(phase !== undefined && { phase }),
    ...(status !== undefined && status !== 'in_progress' && { status })
  }
}

/** listOf gives the objects of a list. */
export const listOf = (value: unknown): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])

/** decodeContents reads the content of a message item; what else the item says stands on its first part. */
export function decodeContents(wire: JsonObject, item: Item): readonly Part[] {
  const rest = restOf(wire, KEYS.message)
  const contents =
    typeof wire.content === 'string' ? [{ type: 'output_text', text: wire.content }] : listOf(wire.content)
  return contents.map((content, at) => decodeContent(content, item, at === 0 ? rest : undefined))
}

/** decodeContent reads one part of a message. */
export function decodeContent(content: JsonObject, item: Item, itemMembers?: JsonObject): Part {
  const text = stringOf(content.text)
  const refusal = stringOf(content.refusal)
  if (content.type === 'refusal' && refusal !== undefined) {
    const ext = makeExt(restOf(content, KEYS.refusal), undefined, itemMembers)
    return withExt<Part>({ type: 'refusal', text: refusal, item }, ext)
  }
  if ((content.type === 'output_text' || content.type === 'text') && text !== undefined) {
    const annotations = listOf(content.annotations)
    const logprobs = decodeLogprobs(content.logprobs)
    const part: TextPart = {
      type: 'text',
      text,
      ...(annotations.length > 0 && { annotations: annotations.map(decodeAnnotation) }),
      ...(logprobs !== undefined && logprobs.length > 0 && { logprobs }),
      item
    }
    return withExt<Part>(part, makeExt(restOf(content, KEYS.output_text), undefined, itemMembers))
  }
  return {
    type: 'opaque',
    native: { format: FORMAT, object: content },
    replay: 'same_dialect',
    item,
    ext: makeExt(undefined, { as: 'part' }, itemMembers)!
  }
}

/** decodeReasoning reads a reasoning item. Without any text it is hidden, sealed or kept by the service. */
export function decodeReasoning(
  wire: JsonObject,
  item: Item,
  { sealFormat }: RequestContext,
  provider: string
): ReasoningPart {
  const summary = listOf(wire.summary).map(entry => stringOf(entry.text) ?? '')
  const texts = listOf(wire.content).map(entry => stringOf(entry.text) ?? '')
  const text = texts.join('')
  const sealed = stringOf(wire.encrypted_content)
  const part: ReasoningPart = {
    type: 'reasoning',
    ...(text !== '' && { text }),
    ...(summary.length > 0 && { summary }),
    hidden: text === '' && summary.join('') === '',
    ...(sealed && { seal: encryptedSeal(sealed, item.id, provider, sealFormat) }),
    item
  }
  const lengths = texts.length > 1 ? texts.map(({ length }) => length) : undefined
  return withExt(part, makeExt(restOf(wire, KEYS.reasoning), lengths && { lengths }))
}

/** decodeCall reads a call of one of the client's tools; the tool gets the name that the client gave it. */
export function decodeCall(wire: JsonObject, item: Item, context: RequestContext): ToolCallPart {
  const isCustom = wire.type === 'custom_tool_call'
  const said = stringOf(wire.name) ?? ''
  const namespace = stringOf(wire.namespace)
  const name = (namespace && context.namespaced?.[qualified(namespace, said)]) || (context.toolNames?.[said] ?? said)
  // A tool that takes free text went out as a function with one member, where the service has no others.
  const wrapped = !isCustom && (context.custom?.includes(name) ?? false)
  const { caller } = wire
  const part: ToolCallPart = {
    type: 'tool_call',
    id: stringOf(wire.call_id) || (item.id ?? ''),
    name,
    kind: isCustom || wrapped ? 'custom' : 'function',
    argsText: wrapped ? unwrapped(argsOf(wire)) : argsOf(wire),
    ...(namespace && { namespace }),
    ...(caller !== undefined && caller !== null && { caller }),
    item
  }
  return withExt(part, makeExt(restOf(wire, isCustom ? KEYS.custom_tool_call : KEYS.function_call)))
}

/** argsOf gives the arguments of a call as text. Some servers write an object. */
export function argsOf(wire: JsonObject): string {
  const args = wire.type === 'custom_tool_call' ? wire.input : wire.arguments
  if (typeof args === 'string') return args
  return args === undefined || args === null ? '' : JSON.stringify(args)
}

const unwrapped = (args: string): string => stringOf(parseObject(args)?.input) ?? args

/** decodeMadeImage gives the image that came of a call, for clients that know images and not the call. */
export function decodeMadeImage(wire: JsonObject, item: Item): ImagePart | undefined {
  const data = wire.type === 'image_generation_call' ? stringOf(wire.result) : undefined
  if (!data) return undefined
  const mime = `image/${stringOf(wire.output_format) ?? 'png'}`
  return { type: 'image', source: { kind: 'inline', mime, data }, item }
}

/** decodeItem reads an item that came whole. */
export function decodeItem(
  wire: JsonObject,
  index: number,
  context: RequestContext,
  provider: string
): readonly Part[] {
  const item = itemOf(wire, index)
  const type = stringOf(wire.type) ?? ''
  switch (type) {
    case 'message':
      return decodeContents(wire, item)
    case 'reasoning':
      return [decodeReasoning(wire, item, context, provider)]
    case 'function_call':
    case 'custom_tool_call':
      return [decodeCall(wire, item, context)]
    default: {
      const image = decodeMadeImage(wire, item)
      const part = decodeNativeItem(wire, item)
      return image === undefined ? [part] : [part, image]
    }
  }
}
