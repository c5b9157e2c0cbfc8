import type { GenerateRequest, Message, Part } from '@isthmus/core'
import { isObject, type JsonObject } from '@isthmus/core/wire'
import { NAMESPACE, ownMembers } from './blocks.ts'
import { encodeParts, isMarkable, isPlainText } from './blocks-encode.ts'
import { encodeCache } from './cache-marks.ts'
import type { EncodeEnv } from './encode-env.ts'
import { wroteBlocks } from './spelling.ts'
import { newTurn, settleTurns, type Turn, turnToWire } from './turns.ts'

/** EncodedConversation is the system blocks and the messages of a request. */
export interface EncodedConversation {
  readonly system: JsonObject[]
  /** The client wrote its only system text as a string. */
  readonly systemAsString: boolean
  readonly messages: JsonObject[]
  /** The conversation ends in results of calls whose turn does not begin with reasoning. */
  readonly loopWithoutThinking: boolean
}

export function encodeConversation(request: GenerateRequest, env: EncodeEnv): EncodedConversation {
  return new ConversationEncoder(request, env).encode()
}

class ConversationEncoder {
  #request: GenerateRequest
  #env: EncodeEnv
  #turns: Turn[] = []
  #system: JsonObject[] = []
  #systemMessages: Message[] = []
  /** Ids of the calls that results may answer. */
  #calls = new Set<string>()
  /** Media of an assistant turn, which only a user turn can hold. */
  #moved: JsonObject[] = []

  constructor(request: GenerateRequest, env: EncodeEnv) {
    this.#request = request
    this.#env = env
  }

  encode(): EncodedConversation {
    for (const message of inOrder(this.#request.messages)) this.#add(message)
    if (this.#moved.length > 0) this.#user().blocks.push(...this.#moved.splice(0))
    const last = this.#turns.at(-1)
    if (last?.role === 'assistant') trimEnd(last)
    const turns = settleTurns(this.#turns)
    this.#firstTurn(turns)
    const system = this.#system.filter(block => String(block.text).trim() !== '')
    const only = this.#systemMessages[0]
    return {
      system,
      systemAsString:
        this.#systemMessages.length === 1 &&
        system.length === 1 &&
        only?.parts.length === 1 &&
        isPlainText(only.parts[0]!) &&
        !wroteBlocks(only),
      messages: turns.map(turnToWire),
      loopWithoutThinking: loopWithoutThinking(turns)
    }
  }

  #add(message: Message): void {
    switch (message.role) {
      case 'system':
      case 'developer':
        this.#instruction(message)
        break
      case 'assistant':
        this.#assistant(message)
        break
      default:
        this.#fill(this.#user(), message, this.#withoutOrphans(message))
    }
  }

  #instruction(message: Message): void {
    const inList = this.#env.traits.inListSystem ?? this.#env.native
    const leading = this.#turns.length === 0
    if (inList && (!leading || (this.#env.native && message.origin === 'list'))) {
      const turn = newTurn('system')
      this.#fill(turn, message, message.parts)
      this.#turns.push(turn)
      return
    }
    this.#env.reportForeign(message)
    const blocks = encodeParts(message.parts, this.#env).filter(block => {
      if (block.type === 'text' || (this.#env.native && leading)) return true
      this.#env.gap('input.opaque', 'dropped', { message: `${String(block.type)} in an instruction` })
      return false
    })
    if (leading) {
      this.#systemMessages.push(message)
      this.#system.push(...marked(blocks, message, this.#env))
    } else {
      const text = blocks.map(block => block.text).join('\n\n')
      if (text.trim() === '') return
      this.#user().blocks.push({ type: 'text', text: `<system>\n${text}\n</system>` })
    }
  }

  #assistant(message: Message): void {
    const parts: Part[] = []
    for (const part of message.parts) {
      const media = part.type === 'image' || part.type === 'file' || part.type === 'video'
      if (!media) parts.push(part)
      else this.#move(part)
    }
    let turn = this.#turns.at(-1)
    if (turn?.role !== 'assistant') {
      this.#calls.clear()
      turn = newTurn('assistant')
      this.#turns.push(turn)
    }
    for (const part of parts) if (part.type === 'tool_call') this.#calls.add(part.id)
    this.#fill(turn, message, parts.length === message.parts.length ? message.parts : parts)
  }

  #move(part: Part): void {
    const blocks = encodeParts([part], this.#env)
    if (blocks.length > 0) this.#moved.push({ type: 'text', text: '[Attachment of the answer above]' }, ...blocks)
  }

  /** A result without its call is refused; its content is kept as text that names the call. */
  #withoutOrphans(message: Message): readonly Part[] {
    const isOrphan = (part: Part) => part.type === 'tool_result' && !this.#calls.has(part.callId)
    if (!message.parts.some(isOrphan)) return message.parts
    this.#env.gap('tools.function', 'emulated', { message: 'a result without its call was sent as text' })
    return message.parts.flatMap(part => {
      if (part.type !== 'tool_result' || !isOrphan(part)) return [part]
      const text = `[Result of the call ${part.callId}, which is not in this conversation]`
      return [{ type: 'text', text } as const, ...part.content]
    })
  }

  #user(): Turn {
    const last = this.#turns.at(-1)
    if (last?.role === 'user') return last
    const turn = newTurn('user')
    this.#turns.push(turn)
    turn.blocks.push(...this.#moved.splice(0))
    return turn
  }

  #fill(turn: Turn, message: Message, parts: readonly Part[]): void {
    this.#env.reportForeign(message)
    const { source } = this.#request
    const wire = source?.format === NAMESPACE && parts === message.parts ? source.wire(message) : undefined
    const fresh = turn.blocks.length === 0 && turn.results.length === 0
    const blocks = marked(encodeParts(parts, this.#env, Array.isArray(wire) ? wire : undefined), message, this.#env)
    const only = parts[0]
    const plain = fresh && parts.length === 1 && isPlainText(only!) && !wroteBlocks(message) && !message.cache
    turn.plain = plain ? (only as { readonly text: string }).text : undefined
    for (const block of blocks) (block.type === 'tool_result' ? turn.results : turn.blocks).push(block)
    Object.assign(turn.members, ownMembers(message))
  }

  /** The service wants a user turn first. */
  #firstTurn(turns: Turn[]): void {
    const first = turns.find(turn => turn.role !== 'system')
    if (first?.role === 'user' || (first === undefined && this.#system.length === 0)) return
    const turn = newTurn('user')
    if (first === undefined) turn.blocks.push(this.#system.pop()!)
    else turn.blocks.push({ type: 'text', text: '.' })
    this.#env.gap('input.system', 'emulated', {
      message:
        first === undefined
          ? 'there is no conversation: the last instruction was sent as a user turn'
          : 'the conversation begins with the assistant: a user turn was put before it'
    })
    turns.unshift(turn)
  }
}

/** inOrder moves instructions that stand between calls and their results behind the results. */
function inOrder(messages: readonly Message[]): readonly Message[] {
  const isInstruction = (message: Message | undefined) => message?.role === 'system' || message?.role === 'developer'
  const ordered: Message[] = []
  for (let at = 0; at < messages.length; at++) {
    const message = messages[at]!
    const held: Message[] = []
    if (isInstruction(message) && messages[at - 1]?.role === 'assistant') {
      let next = at
      while (isInstruction(messages[next])) held.push(messages[next++]!)
      if (messages[next]?.role === 'tool') {
        while (messages[next]?.role === 'tool' || messages[next]?.joinedToPrevious) ordered.push(messages[next++]!)
      }
      ordered.push(...held)
      at = next - 1
    } else ordered.push(message)
  }
  return ordered
}

/** marked puts a message's own cache mark on its last block. */
function marked(blocks: JsonObject[], message: Message, env: EncodeEnv): JsonObject[] {
  const last = blocks.at(-1)
  if (message.cache === undefined || last === undefined || !isMarkable(last)) return blocks
  return [...blocks.slice(0, -1), { ...last, cache_control: encodeCache(message.cache, env) }]
}

/** A last turn of the assistant is one that the model continues, and may not end in white space. */
function trimEnd(turn: Turn): void {
  const last = turn.blocks.at(-1)
  if (last?.type !== 'text') return
  const text = String(last.text).trimEnd()
  turn.blocks[turn.blocks.length - 1] = { ...last, text }
  if (turn.plain !== undefined) turn.plain = text
}

function loopWithoutThinking(turns: readonly Turn[]): boolean {
  const last = turns.findLastIndex(turn => turn.role !== 'system')
  const results = turns[last]
  const calls = turns.slice(0, Math.max(0, last)).findLast(turn => turn.role !== 'system')
  if (results?.role !== 'user' || results.results.length === 0 || calls?.role !== 'assistant') return false
  const first = calls.blocks[0]
  return isObject(first) && isMarkable(first)
}
