import type { DeltaKind, PartDeltaEvent } from './events.ts'
import type { Annotation, AudioPart, Part } from './parts.ts'
import type { Logprobs, Seal } from './values.ts'

/** OpenPart adds up the deltas of one part until it is closed. */
export class OpenPart {
  readonly choice: number
  readonly index: number
  readonly head: Part
  closed = false
  /** Text of a text, refusal or reasoning part, arguments of a call, base64 of audio. */
  text = ''
  #transcript = ''
  #summary: Map<number, string> | undefined
  #seal: Seal | undefined
  #annotations: Annotation[] | undefined
  #logprobs: Logprobs[number][] | undefined
  #status: string | undefined

  constructor(choice: number, index: number, head: Part) {
    this.choice = choice
    this.index = index
    this.head = head
  }

  get sealed(): boolean {
    return this.#seal !== undefined
  }
  get summarised(): boolean {
    return this.#summary !== undefined
  }
  get hasLogprobs(): boolean {
    return this.#logprobs !== undefined
  }
  /** How many citations were added. */
  get annotated(): number {
    return this.#annotations?.length ?? 0
  }

  /** delta adds one delta event, for stages that rebuild parts. */
  delta(event: PartDeltaEvent): void {
    if (event.value === undefined) this.append(event.kind, event.text)
    else this.add(event.kind, event.value, event.text)
  }

  append(kind: DeltaKind, text: string): void {
    if (kind === 'transcript') this.#transcript += text
    else this.text += text
  }

  /** add takes a delta that is more than text. Partial images, argument patches and native deltas leave no trace here. */
  add(kind: DeltaKind, value: unknown, text: string): void {
    switch (kind) {
      case 'summary': {
        // Keyed by the upstream's number, which may have gaps: no array should be as long as it says.
        this.#summary ??= new Map()
        const at = value as number
        this.#summary.set(at, (this.#summary.get(at) ?? '') + text)
        break
      }
      case 'seal': {
        const seal = value as Seal
        this.#seal = this.#seal === undefined ? seal : { ...seal, data: this.#seal.data + seal.data }
        break
      }
      case 'annotation':
        this.#annotations ??= []
        this.#annotations.push(value as Annotation)
        break
      case 'logprobs':
        this.#logprobs ??= []
        for (const token of value as Logprobs) this.#logprobs.push(token)
        break
      case 'hosted_status':
        this.#status = value as string
        break
    }
  }

  /** finalPart is the head with everything that was added. */
  finalPart(): Part {
    const part = this.#grown()
    const seal = this.#seal
    return seal === undefined ? part : { ...part, seal }
  }

  #grown(): Part {
    const { head, text } = this
    switch (head.type) {
      case 'text':
        return {
          ...head,
          text: head.text + text,
          ...(this.#annotations && { annotations: [...(head.annotations ?? []), ...this.#annotations] }),
          ...(this.#logprobs && { logprobs: this.#logprobs })
        }
      case 'refusal':
        return { ...head, text: head.text + text, ...(this.#logprobs && { logprobs: this.#logprobs }) }
      case 'reasoning':
        return {
          ...head,
          ...((text !== '' || head.text !== undefined) && { text: (head.text ?? '') + text }),
          ...(this.#summary && { summary: paragraphs(this.#summary) })
        }
      case 'tool_call':
        return text === '' ? head : { ...head, argsText: head.argsText + text }
      case 'audio':
        return this.#grownAudio(head)
      case 'hosted_call':
      case 'hosted_result':
        return this.#status === undefined ? head : { ...head, status: this.#status }
      default:
        return head
    }
  }

  #grownAudio(head: AudioPart): AudioPart {
    const { source } = head
    return {
      ...head,
      ...(this.text !== '' && source.kind === 'inline' && { source: { ...source, data: source.data + this.text } }),
      ...(this.#transcript !== '' && { transcript: (head.transcript ?? '') + this.#transcript })
    }
  }
}

function paragraphs(summary: ReadonlyMap<number, string>): readonly string[] {
  return [...summary].sort(([a], [b]) => a - b).map(([, text]) => text)
}
