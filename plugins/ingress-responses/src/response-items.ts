import { isObject, type JsonObject, stringOf } from '@isthmus/core/wire'

/** asListed gives an item as the API lists it: with its type, and a message with its content in parts. */
export function asListed(item: JsonObject): JsonObject {
  if (item.type !== undefined && item.type !== 'message') return item
  const { role, content } = item
  const text =
    role === 'assistant'
      ? { type: 'output_text', text: content, annotations: [] }
      : { type: 'input_text', text: content }
  return {
    ...item,
    type: 'message',
    status: stringOf(item.status) ?? 'completed',
    content: typeof content === 'string' ? [text] : content
  }
}

const OUTSIDE: ReadonlySet<unknown> = new Set(['user', 'developer', 'system'])

/** messagesFromOutside gives what people and programs told the model, which a summary does not replace. */
export function messagesFromOutside(items: readonly JsonObject[], exchange: string): readonly JsonObject[] {
  const base = exchange.replaceAll('-', '')
  return items
    .filter(item => isObject(item) && OUTSIDE.has(item.role) && (item.type === undefined || item.type === 'message'))
    .map((item, at) => asListed({ ...item, id: stringOf(item.id) || `msg_${base}_c${at}` }))
}
