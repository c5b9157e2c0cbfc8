import { ISTHMUS_UPSTREAM_PROTOCOL } from '../errors/index.ts'
import {
  addUsage,
  type EmbedReply,
  type EmbedRequest,
  type EventBatch,
  endEvent,
  type IrRequest,
  resultEvent
} from '../ir/index.ts'

/** inParts cuts a request for vectors into as many as an endpoint needs; undefined for one that it takes as it is. */
export function inParts(request: IrRequest, maxInputs: number | undefined): readonly EmbedRequest[] | undefined {
  if (request.op !== 'embed' || maxInputs === undefined || request.inputs.length <= maxInputs) return undefined
  const parts: EmbedRequest[] = []
  for (let at = 0; at < request.inputs.length; at += maxInputs) {
    const titles = request.titles?.slice(at, at + maxInputs)
    parts.push({ ...request, inputs: request.inputs.slice(at, at + maxInputs), ...(titles && { titles }) })
  }
  return parts
}

/** EmbedParts puts the replies to the parts of one request together, in their order. */
export class EmbedParts {
  #provider: string
  #replies: EmbedReply[] = []

  constructor(provider: string) {
    this.#provider = provider
  }

  /** add takes the reply to the next part. */
  add(events: EventBatch): void {
    const reply = events.find(event => event.type === 'result')?.reply
    if (reply?.op !== 'embed') throw ISTHMUS_UPSTREAM_PROTOCOL(this.#provider, 'the answer holds no vectors')
    this.#replies.push(reply)
  }

  /** events are those of one reply to the whole request: what is not vectors or usage is said by the first part. */
  events(): EventBatch {
    const { usage: _usage, ...first } = this.#replies[0] as EmbedReply
    const usages = this.#replies.flatMap(reply => reply.usage ?? [])
    // Half a sum would pass for a whole one.
    const usage = usages.length === this.#replies.length ? usages.reduce(addUsage) : undefined
    const vectors = this.#replies.flatMap(reply => reply.vectors)
    return [resultEvent({ ...first, vectors, ...(usage && { usage }) }), endEvent()]
  }
}
