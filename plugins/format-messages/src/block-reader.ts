import type { Finish, HostedPart, OpenPart, ReplyBuilder } from '@isthmus/core'
import { isObject, type JsonObject, parseObject, stringOf } from '@isthmus/core/wire'
import { NAMESPACE } from './blocks.ts'
import {
  decodeHosted,
  decodeOpaque,
  decodeReplyBlock,
  decodeText,
  decodeThinking,
  decodeToolUse,
  isHostedCall,
  isHostedResult,
  ownSeals,
  type SealReader
} from './blocks-decode.ts'
import { decodeCitation } from './citations.ts'
import type { ReplyContext } from './context.ts'
import { FORMAT_MESSAGES_REPLY } from './errors.ts'

/** Block is one block of a stream between its start and its stop. */
interface Block {
  readonly type: string
  object: JsonObject
  readonly open: OpenPart | undefined
  /** Text that is only of use whole, at the stop: a hosted call's input, a custom tool's arguments, an answer tool's. */
  readonly hold: 'none' | 'input' | 'custom' | 'answer'
  held: string
  signature: string
}

const blockOf = (
  type: string,
  object: JsonObject,
  open: OpenPart | undefined,
  hold: Block['hold'] = 'none',
  signature = ''
): Block => ({ type, object, open, hold, held: '', signature })

/** Growth is a part that grew by the text of a delta and by nothing else. */
export interface Growth {
  readonly open: OpenPart
  readonly kind: 'text' | 'reasoning' | 'args'
}

/** BlockReader reads the blocks of one reply. */
export class BlockReader {
  #seals: SealReader
  #context: ReplyContext
  #blocks = new Map<unknown, Block>()
  #answers: string[] = []
  #answered = false
  #called = false

  constructor(provider: string, context: ReplyContext | undefined) {
    this.#seals = ownSeals(provider)
    this.#context = context ?? {}
  }

  /** whole reads a block that came in one piece. */
  whole(block: JsonObject, out: ReplyBuilder): void {
    if (block.type === 'tool_use') {
      this.start({ index: block, content_block: block }, out)
      this.stop({ index: block }, out)
    } else out.whole(0, decodeReplyBlock(block, this.#seals))
  }

  start(event: JsonObject, out: ReplyBuilder): void {
    const object = isObject(event.content_block) ? event.content_block : {}
    const type = stringOf(object.type) ?? ''
    this.#blocks.set(event.index, this.#open(type, object, out))
  }

  #open(type: string, object: JsonObject, out: ReplyBuilder): Block {
    switch (type) {
      case 'text':
        return blockOf(type, object, out.open(0, decodeText(object)))
      case 'thinking': {
        // The signature comes last, and until then it may still change.
        const { seal: _, ...part } = decodeThinking(object, this.#seals)
        return blockOf(type, object, out.open(0, part), 'none', stringOf(object.signature) ?? '')
      }
      case 'tool_use':
        return this.#openCall(object, out)
      case 'redacted_thinking':
        out.whole(0, decodeReplyBlock(object, this.#seals))
        return blockOf(type, object, undefined)
      default:
        if (isHostedCall(type)) return blockOf(type, object, out.open(0, decodeHosted(object)), 'input')
        return blockOf(type, object, out.open(0, isHostedResult(type) ? decodeHosted(object) : decodeOpaque(object)))
    }
  }

  #openCall(object: JsonObject, out: ReplyBuilder): Block {
    const call = decodeToolUse(object, '')
    const { answer, renamed, custom } = this.#context
    if (answer !== undefined && call.name === answer.name) {
      // Alone, the answer is streamed as the text it is. Beside other tools a call of one of them would win over it.
      const streams = answer.alone && !answer.wrapped
      return blockOf('tool_use', object, streams ? this.#openAnswer(out) : undefined, streams ? 'none' : 'answer')
    }
    this.#called = true
    const name = renamed?.[call.name] ?? call.name
    const kind = custom?.includes(name) ? 'custom' : 'function'
    return blockOf('tool_use', object, out.open(0, { ...call, name, kind }), kind === 'custom' ? 'custom' : 'none')
  }

  #openAnswer(out: ReplyBuilder): OpenPart {
    this.#answered = true
    return out.open(0, { type: 'text', text: '' })
  }

  /** delta tells what grew by plain text, so that the reader may learn the frame. */
  delta(index: unknown, delta: JsonObject, out: ReplyBuilder): Growth | undefined {
    const block = this.#blocks.get(index) ?? this.#late(index, delta, out)
    const { open } = block
    switch (delta.type) {
      case 'text_delta':
        if (open?.head.type !== 'text' || typeof delta.text !== 'string') break
        return grow(open, 'text', delta.text, out)
      case 'thinking_delta':
        if (open?.head.type !== 'reasoning' || typeof delta.thinking !== 'string') break
        // Without text it only tells how much there is that is not shown.
        if (delta.thinking === '' && Object.keys(delta).length > 2) break
        return grow(open, 'reasoning', delta.thinking, out)
      case 'input_json_delta':
        if (block.type !== 'tool_use' && block.hold === 'none') break
        return this.#input(block, delta.partial_json, out)
      case 'signature_delta':
        block.signature = stringOf(delta.signature) ?? block.signature
        return undefined
      case 'citations_delta':
        if (open?.head.type !== 'text' || !isObject(delta.citation)) break
        out.set(open, 'annotation', decodeCitation(delta.citation))
        return undefined
      case 'compaction_delta':
        block.object = {
          ...block.object,
          content: delta.content,
          ...('encrypted_content' in delta && { encrypted_content: delta.encrypted_content })
        }
        break
    }
    if (open !== undefined) out.set(open, 'native', { format: NAMESPACE, object: delta })
    return undefined
  }

  /** A relay may leave out the start of a block; what it holds tells what it is. */
  #late(index: unknown, delta: JsonObject, out: ReplyBuilder): Block {
    const type = delta.type === 'text_delta' ? 'text' : delta.type === 'thinking_delta' ? 'thinking' : undefined
    if (type === undefined) throw FORMAT_MESSAGES_REPLY('a delta comes before the start of its block')
    const block = this.#open(type, { type }, out)
    this.#blocks.set(index, block)
    return block
  }

  #input(block: Block, text: unknown, out: ReplyBuilder): Growth | undefined {
    const { open, hold } = block
    if (typeof text !== 'string' || open === undefined || hold !== 'none') {
      block.held += stringOf(text) ?? ''
      return undefined
    }
    // The answer tool's input is the answer's text.
    return grow(open, open.head.type === 'text' ? 'text' : 'args', text, out)
  }

  stop(event: JsonObject, out: ReplyBuilder): void {
    const block = this.#blocks.get(event.index)
    if (block === undefined) return
    this.#blocks.delete(event.index)
    this.#close(block, out)
  }

  #close(block: Block, out: ReplyBuilder): void {
    const { open, signature, type } = block
    if (type === 'tool_use') {
      this.#closeCall(block, out)
      return
    }
    if (open === undefined) return
    if (signature !== '') out.set(open, 'seal', this.#seals('signature', signature))
    if (block.hold === 'input') out.close(open, this.#hostedCall(block, open.head as HostedPart))
    else if (type === 'compaction') out.close(open, decodeOpaque(block.object))
    else out.close(open)
  }

  #hostedCall(block: Block, head: HostedPart): HostedPart {
    const input = parseObject(block.held)
    if (input === undefined) return head
    return { ...head, input, native: { format: NAMESPACE, object: { ...block.object, input } } }
  }

  #closeCall(block: Block, out: ReplyBuilder): void {
    const { open, hold } = block
    const said = hold === 'none' ? (open?.text ?? '') : block.held
    // A call may hold its whole input from the start, and one without arguments may say nothing at all.
    const args = said.trim() !== '' ? said : JSON.stringify(block.object.input ?? {})
    if (hold === 'answer') {
      this.#answers.push(this.#answerText(args))
      return
    }
    if (open === undefined) return
    if (hold === 'custom') out.append(open, 'args', stringOf(parseObject(args)?.input) ?? args)
    else if (args !== said) out.append(open, open.head.type === 'text' ? 'text' : 'args', args)
    out.close(open)
  }

  #answerText(args: string): string {
    if (!this.#context.answer?.wrapped) return args
    const input = parseObject(args)
    return input === undefined || !('value' in input) ? args : JSON.stringify(input.value)
  }

  /** end closes what was left open and gives the answer of the synthetic tool, unless the model called a real one. */
  end(out: ReplyBuilder): void {
    for (const block of this.#blocks.values()) this.#close(block, out)
    this.#blocks.clear()
    if (this.#called) return
    for (const text of this.#answers) {
      const open = this.#openAnswer(out)
      out.append(open, 'text', text)
      out.close(open)
    }
  }

  /** finish: the call of the synthetic tool is an answer, and the end of it is an ordinary one. */
  finish(finish: Finish): Finish {
    if (!this.#answered || this.#called || finish.reason !== 'tool_calls') return finish
    return { ...finish, reason: 'stop' }
  }
}

function grow(open: OpenPart, kind: Growth['kind'], text: string, out: ReplyBuilder): Growth {
  out.append(open, kind, text)
  return { open, kind }
}
