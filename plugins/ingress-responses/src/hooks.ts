import {
  type EventStage,
  type Exchange,
  type GatewayError,
  type GenerateRequest,
  type Ingress,
  ISTHMUS_PLAN_NO_CANDIDATE,
  type ServerState,
  slot,
  wishesOf
} from '@isthmus/core'
import { isObject, type JsonObject, stringOf } from '@isthmus/core/wire'
import { type Asked, type AskedRequests, decodeAgain } from './asked.ts'
import type { Conversations } from './conversations.ts'
import {
  INGRESS_RESPONSES_BACKGROUND,
  INGRESS_RESPONSES_STATELESS,
  INGRESS_RESPONSES_TWO_PASTS,
  INGRESS_RESPONSES_UNKNOWN
} from './errors.ts'
import { type Keeping, KeepStage } from './keep-stage.ts'
import type { Options } from './options.ts'
import { messagesFromOutside } from './response-items.ts'
import { SummaryStage } from './summary-stage.ts'
import type { Turn, Turns } from './turns.ts'

/** Past is what a request goes on from. */
interface Past {
  readonly items: readonly JsonObject[]
  readonly previous?: string | undefined
  readonly conversation?: string | undefined
}

/** Unknown is an id that is not kept here; a provider may know it. */
interface Unknown {
  readonly what: 'response' | 'conversation'
  readonly id: string
}

const KEEPING = slot<Keeping>('responses.keeping')
const SUMMARY = slot<readonly JsonObject[]>('responses.summary')
const NO_PAST: Past = { items: [] }

/** StateHooks puts conversations together before they are answered, and keeps the answers. */
export class StateHooks implements NonNullable<Ingress['hooks']> {
  #asked: AskedRequests
  #state: Options['state']
  #turns: Turns
  #conversations: Conversations
  #nowMs: () => number
  /** What requests under way named in vain. */
  #unknown = new Map<string, Unknown>()

  constructor(
    asked: AskedRequests,
    state: Options['state'],
    turns: Turns,
    conversations: Conversations,
    nowMs: () => number
  ) {
    this.#asked = asked
    this.#state = state
    this.#turns = turns
    this.#conversations = conversations
    this.#nowMs = nowMs
  }

  async request(x: Exchange): Promise<void> {
    const asked = this.#asked.take(x.request)
    if (asked === undefined) return
    if (asked.body.background) throw INGRESS_RESPONSES_BACKGROUND.with({ param: 'background' })
    if (this.#state === 'gateway') return this.#go(x, asked)
    if (this.#state === 'off') refuseLinks(asked)
    // Kept is what a client of this API expects that does not say otherwise.
    else if (x.request.op === 'generate' && asked.purpose === 'generate' && asked.body.store !== false) {
      x.request = { ...x.request, state: { ...x.request.state, store: true } }
    }
    if (asked.summarize) x.set(SUMMARY, asked.purpose === 'compact' ? messagesFromOutside(asked.items, x.id) : [])
  }

  async #go(x: Exchange, asked: Asked): Promise<void> {
    const { purpose, body, summarize } = asked
    const created = Math.floor(this.#nowMs() / 1000)
    const first = x.request
    const past = await this.#past(x, body)
    const own = asked.references ? await this.#resolved(x, asked.items, past) : asked.items
    const items = past === undefined || past.items.length === 0 ? own : [...past.items, ...own]
    if (items !== asked.items || (past !== undefined && past !== NO_PAST)) {
      x.request = decodeAgain(asked, { items, complete: past !== undefined })
    }
    if (summarize) x.set(SUMMARY, purpose === 'compact' ? messagesFromOutside(items, x.id) : [])
    const { request } = x
    // What somebody else keeps is theirs to go on from, as the client said it.
    if (request.op !== 'generate' || past === undefined || this.#unknown.has(x.id)) return
    const shown = purpose === 'generate' && body.store !== false
    const conversation = purpose === 'generate' ? past.conversation : undefined
    if (shown || conversation !== undefined) {
      // The reply is written with what was made of the request as it came.
      const { id } = x
      const { stream, dialect = [], includeUsage = false, context } = wishesOf(first)
      const options = { id, created, model: request.model, includeUsage, dialect, context }
      const { previous } = past
      const { principal, log } = x
      const compacted = summarize && { compacted: true as const }
      const keep = (turn: Turn): boolean => this.#keep(turn, conversation)
      x.set(KEEPING, { principal, previous, conversation, input: own, shown, ...compacted, stream, options, keep, log })
    }
    x.request = withoutStore(request)
  }

  #keep(turn: Turn, conversation: string | undefined): boolean {
    return conversation === undefined ? this.#turns.keep(turn) : this.#conversations.add(conversation, turn)
  }

  /** #past gives what a request goes on from, undefined if only somebody else can know it. */
  async #past(x: Exchange, body: JsonObject): Promise<Past | undefined> {
    const previous = stringOf(body.previous_response_id)
    const conversation = conversationId(body.conversation)
    if (previous && conversation) throw INGRESS_RESPONSES_TWO_PASTS.with({ param: 'previous_response_id' })
    if (previous) {
      const items = await this.#turns.items(previous, x.principal)
      if (items !== undefined) return { items, previous }
      this.#unknown.set(x.id, { what: 'response', id: previous })
      return undefined
    }
    if (!conversation) return NO_PAST
    const kept = await this.#conversations.get(conversation, x.principal)
    if (kept === undefined) {
      this.#unknown.set(x.id, { what: 'conversation', id: conversation })
      return undefined
    }
    const { last } = kept
    const items = last === undefined ? [] : await this.#turns.itemsBefore(conversation, last, x.principal)
    return { items, previous: last, conversation }
  }

  /** #resolved puts kept items in the place of references to them. An item that is there anyway is not told twice. */
  async #resolved(x: Exchange, items: readonly JsonObject[], past: Past | undefined): Promise<readonly JsonObject[]> {
    const known = new Set(past?.items.map(item => item.id))
    const resolved: JsonObject[] = []
    for (const item of items) {
      const id = item.type === 'item_reference' ? stringOf(item.id) : undefined
      if (id === undefined) resolved.push(item)
      else if (!known.has(id)) {
        const kept = await this.#turns.item(id, x.principal)
        // Other formats have no word for a reference: sent on, it might be left out of the conversation.
        if (kept === undefined) throw INGRESS_RESPONSES_UNKNOWN.with({ param: 'input' }, 'item', id)
        resolved.push(kept)
      }
    }
    return resolved
  }

  events(x: Exchange): EventStage | undefined {
    const keeping = x.get(KEEPING)
    const before = x.get(SUMMARY)
    const keep = keeping && new KeepStage(keeping)
    if (before === undefined) return keep
    const summary = new SummaryStage(x.id.replaceAll('-', ''), before)
    return keep === undefined ? summary : { push: batch => keep.push(summary.push(batch)), end: last => keep.end(last) }
  }

  settled(x: Exchange): void {
    this.#unknown.delete(x.id)
  }

  /** explain says which id nobody knows, where the plan could only say that no model looks ids up. */
  explain(error: GatewayError, exchange: string): GatewayError {
    const unknown = this.#unknown.get(exchange)
    const lacks = error.code === ISTHMUS_PLAN_NO_CANDIDATE.code && error.param === 'state.previous'
    if (unknown === undefined || !lacks) return error
    const { what, id } = unknown
    return INGRESS_RESPONSES_UNKNOWN.with({ ...NAMES[what], cause: error }, what, id)
  }
}

const NAMES = {
  response: { param: 'previous_response_id', clientCode: 'previous_response_not_found' },
  conversation: { param: 'conversation', clientCode: 'conversation_not_found' }
} as const

/** conversationId reads both ways of naming a conversation. */
function conversationId(conversation: unknown): string | undefined {
  return isObject(conversation) ? stringOf(conversation.id) : stringOf(conversation)
}

function refuseLinks({ body, references }: Asked): void {
  for (const param of ['previous_response_id', 'conversation']) {
    if (body[param]) throw INGRESS_RESPONSES_STATELESS.with({ param, clientCode: 'unsupported_parameter' }, param)
  }
  if (references) throw INGRESS_RESPONSES_STATELESS.with({ param: 'input' }, 'item_reference')
}

/** The upstream is to keep nothing: without the member its encoder sees to it that reasoning can be sent back. */
function withoutStore(request: GenerateRequest): GenerateRequest {
  if (request.state?.store !== true) return request
  const { store: _kept, ...state }: ServerState = request.state
  const { state: _state, ...rest } = request
  return Object.keys(state).length === 0 ? rest : { ...rest, state }
}
