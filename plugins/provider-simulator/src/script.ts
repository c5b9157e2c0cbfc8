import type { Message } from '@isthmus/core'
import { isCall, type Turn } from './turn.ts'

/** ScriptedCall is one `sim: call NAME {json}` line of a prompt. */
export interface ScriptedCall {
  readonly name: string
  readonly argsText: string
}

const LINE = /^[ \t]*sim: call[ \t]+(\S+)[ \t]*(.*?)[ \t]*\r?$/gm

/** scriptedCall is the line whose turn it is: one for each assistant turn with calls since the script was given. */
export function scriptedCall({ request: { messages } }: Turn): ScriptedCall | undefined {
  const at = messages.findLastIndex(message => message.role === 'user' && linesOf(message).length > 0)
  const script = messages[at]
  if (script === undefined) return undefined
  const played = messages.slice(at + 1).filter(message => message.role === 'assistant' && message.parts.some(isCall))
  return linesOf(script)[played.length]
}

function linesOf(message: Message): readonly ScriptedCall[] {
  const lines: ScriptedCall[] = []
  for (const part of message.parts) {
    if (part.type !== 'text' || !part.text.includes('sim: call')) continue
    for (const [, name = '', args = ''] of part.text.matchAll(LINE)) {
      lines.push({ name, argsText: args === '' ? '{}' : args })
    }
  }
  return lines
}
