import type { Wire } from './bodies.ts'

interface Loose {
  readonly [key: string]: Loose | undefined
}
const at = (value: unknown, ...path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>((node, key) => (node as Loose | undefined | null)?.[key], value)

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** readText takes the text out of a reply's body, whole or streamed, so that a variant which loses some is found. */
export function readText(wire: Wire, stream: boolean, body: string): string {
  if (!stream) {
    const value: unknown = JSON.parse(body)
    if (wire === 'chat') return text(at(value, 'choices', 0, 'message', 'content'))
    return list(at(value, 'content'))
      .map(block => text(at(block, 'text')))
      .join('')
  }
  let all = ''
  for (const line of body.split('\n')) {
    if (!line.startsWith('data: ') || line === 'data: [DONE]') continue
    const value: unknown = JSON.parse(line.slice(6))
    all += text(wire === 'chat' ? at(value, 'choices', 0, 'delta', 'content') : at(value, 'delta', 'text'))
  }
  return all
}

/** END_OF_STREAM is what the last bytes of a streamed reply hold. */
export const END_OF_STREAM: Readonly<Record<Wire, string>> = { chat: 'data: [DONE]', messages: '"message_stop"' }
