import type { Message, Part, ToolResultPart } from '@isthmus/core'
import { addMembers, type JsonObject, mendHistory } from '@isthmus/core/wire'
import type { Encoding } from './encoding.ts'
import { membersOf, spellingOf } from './ext.ts'
import { piecesOf } from './joined-turns.ts'
import { encodePart } from './part-encode.ts'
import { encodeResult } from './result-encode.ts'
import { newTurn, partsOf, type Turn, turnToWire, withPlaceholder, writtenParts } from './turns.ts'

/** EncodedConversation is the instruction and the turns of a request. */
export interface EncodedConversation {
  readonly system: unknown
  readonly contents: JsonObject[]
}

/** encodeConversation writes the messages; `instruction` is one that the encoder adds to those of the client. */
export function encodeConversation(encoding: Encoding, instruction: string | undefined): EncodedConversation {
  return new ConversationEncoder(encoding).encode(instruction)
}

class ConversationEncoder {
  #encoding: Encoding
  #turns: Turn[] = []
  #system: JsonObject[] = []
  #systemMessages: Message[] = []
  /** The calls that results may answer, with their places among them. */
  #places = new Map<string, number>()
  /** The names of all calls. */
  #names = new Map<string, string>()

  constructor(encoding: Encoding) {
    this.#encoding = encoding
  }

  encode(instruction: string | undefined): EncodedConversation {
    for (const message of this.#messages()) {
      this.#encoding.reportForeign(message)
      this.#add(message)
    }
    if (instruction !== undefined) this.#system.push({ text: instruction })
    const turns = this.#turns
    if (!this.#encoding.native) this.#firstTurn()
    if (this.#encoding.traits.systemInstruction === false && this.#system.length > 0) {
      this.#firstOfUser().parts.unshift(...this.#system.splice(0))
    }
    const contents = turns.map(turn => {
      const parts = partsOf(turn)
      const signed = turn.role === 'model' && this.#encoding.traits.placeholderSignature
      return turnToWire(turn, signed ? withPlaceholder(parts) : parts)
    })
    return { system: this.#systemToWire(), contents }
  }

  /** Results belong behind their calls. A client of this format is taken at its word. */
  #messages(): readonly Message[] {
    const { request, native } = this.#encoding
    if (native) return request.messages
    return mendHistory(request.messages, () => {
      const message = 'a result that stood after a later turn is sent right behind its call'
      this.#encoding.gap('tools.function', 'converted', { field: 'messages', message })
    })
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
        this.#user(message)
    }
  }

  #instruction(message: Message): void {
    const parts = this.#write(message.parts)
    if (this.#turns.length === 0) {
      this.#system.push(...parts)
      this.#systemMessages.push(message)
      return
    }
    const text = parts.map(part => part.text).join('\n\n')
    if (text.trim() !== '') this.#turn('user', undefined).parts.push({ text: `<system>\n${text}\n</system>` })
  }

  #assistant(message: Message): void {
    const fresh = this.#turns.at(-1)?.role !== 'model'
    if (fresh) this.#places.clear()
    for (const part of message.parts) {
      if (part.type !== 'tool_call') continue
      this.#places.set(part.id, this.#places.size)
      this.#names.set(part.id, part.name)
    }
    if (this.#encoding.native) {
      this.#turnsOfClient(message)
      return
    }
    const parts = this.#write(message.parts)
    // The service refuses a turn without parts.
    if (parts.length > 0) this.#turn('model', message).parts.push(...parts)
  }

  /** A client of this format may have written one message as several turns. */
  #turnsOfClient(message: Message): void {
    let turn = this.#turn('model', message)
    message.parts.forEach((part, at) => {
      if (at > 0 && spellingOf(part)?.opens) turn = this.#turn('model', message, true)
      piecesOf(part).forEach((piece, index) => {
        if (index > 0) turn = this.#turn('model', message, true)
        turn.parts.push(...encodePart(piece, this.#encoding))
      })
    })
  }

  #user(message: Message): void {
    let turn: Turn | undefined
    for (const part of message.parts) {
      if (part.type === 'tool_result') {
        if (turn === undefined || spellingOf(part)?.opens) turn = this.#turn('user', message, turn !== undefined)
        this.#result(part, turn)
      } else {
        const parts = encodePart(part, this.#encoding)
        if (parts.length === 0) continue
        turn ??= this.#turn('user', message)
        turn.parts.push(...parts)
      }
    }
    if (turn === undefined && this.#encoding.native) this.#turn('user', message)
  }

  /** A result without its call is refused; its content is kept as text that names the call. */
  #result(part: ToolResultPart, turn: Turn): void {
    const place = this.#places.get(part.callId)
    if (place === undefined && !this.#encoding.native) {
      this.#encoding.gap('tools.function', 'emulated', { message: 'a result without its call was sent as text' })
      turn.parts.push({ text: `[Result of the call ${part.callId}, which is not in this conversation]` })
      turn.parts.push(...this.#write(part.content))
      return
    }
    const { wire, attachments } = encodeResult(part, this.#names.get(part.callId), this.#encoding)
    // A client of this format is taken at its word about the order.
    if (this.#encoding.native) turn.parts.push(wire)
    else turn.results.push({ wire, place: place ?? turn.results.length })
    turn.attachments.push(...attachments)
  }

  /** #turn gives the turn to go on with. What a client of this format wrote as turns of their own stays that. */
  #turn(role: Turn['role'], message: Message | undefined, opens = false): Turn {
    const last = this.#turns.at(-1)
    const joins = this.#encoding.native ? message?.joinedToPrevious && !opens : true
    if (last?.role === role && joins) return last
    const turn = newTurn(role, message)
    this.#turns.push(turn)
    return turn
  }

  #write(parts: readonly Part[]): JsonObject[] {
    return parts.flatMap(part => encodePart(part, this.#encoding))
  }

  /** The service wants a turn of the user first. */
  #firstTurn(): void {
    const first = this.#turns[0]
    if (first?.role === 'user' || (first === undefined && this.#system.length === 0)) return
    const turn = newTurn('user')
    if (first === undefined) turn.parts.push(this.#system.pop()!)
    else turn.parts.push({ text: '.' })
    this.#encoding.gap('input.system', 'emulated', {
      message:
        first === undefined
          ? 'there is no conversation: the last instruction was sent as a user turn'
          : 'the conversation begins with the assistant: a user turn was put before it'
    })
    this.#turns.unshift(turn)
  }

  #firstOfUser(): Turn {
    const first = this.#turns[0]
    if (first?.role === 'user') return first
    const turn = newTurn('user')
    this.#turns.unshift(turn)
    return turn
  }

  #systemToWire(): unknown {
    const only = this.#systemMessages.length === 1 ? this.#systemMessages[0] : undefined
    const spelling = only === undefined ? undefined : spellingOf(only)
    if (this.#system.length === 0 && spelling?.parts !== 'none') return undefined
    if (spelling?.parts === 'text' && this.#system.length === 1) return this.#system[0]?.text
    const wire: JsonObject = {
      ...(typeof spelling?.role === 'string' && { role: spelling.role }),
      ...writtenParts(this.#system, spelling?.parts)
    }
    return only === undefined ? wire : addMembers(wire, membersOf(only))
  }
}
