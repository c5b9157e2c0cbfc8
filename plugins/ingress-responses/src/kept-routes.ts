import {
  type Arrival,
  type GatewayError,
  type IngressRoute,
  ISTHMUS_REQUEST_INVALID,
  isGatewayError,
  type RequestHead
} from '@isthmus/core'
import { checker, invalid, type JsonObject } from '@isthmus/core/wire'
import { responses } from '@isthmus/format-responses'
import { Type } from 'typebox'
import type { Conversation, Conversations } from './conversations.ts'
import { INGRESS_RESPONSES_NOT_FOUND, INGRESS_RESPONSES_STREAM_AGAIN, INGRESS_RESPONSES_TOO_LARGE } from './errors.ts'
import { asListed } from './response-items.ts'
import type { Turn, Turns } from './turns.ts'

/** KeptRoutes are the routes of what is kept, which call no model. */
export interface KeptRoutes {
  readonly turns: Turns
  readonly conversations: Conversations
  readonly nowMs: () => number
}

/** keptRoutes gives them under one base path. */
export function keptRoutes(base: string, kept: KeptRoutes): readonly IngressRoute[] {
  const response = `${base}/responses/:id`
  const conversation = `${base}/conversations/:id`
  return [
    {
      method: 'GET',
      path: response,
      summary: 'Gives a kept response.',
      handle: (head, arrival) => getResponse(kept, head, arrival)
    },
    {
      method: 'DELETE',
      path: response,
      summary: 'Deletes a kept response.',
      handle: (head, arrival) => deleteResponse(kept, head, arrival)
    },
    {
      method: 'GET',
      path: `${response}/input_items`,
      summary: 'Lists the items that a kept response was made from.',
      handle: (head, arrival) => listInput(kept, head, arrival)
    },
    {
      method: 'POST',
      path: `${base}/conversations`,
      summary: 'Begins a conversation.',
      handle: (head, arrival, body) => createConversation(kept, head, arrival, body)
    },
    {
      method: 'GET',
      path: conversation,
      summary: 'Gives a conversation.',
      handle: async (head, arrival) => shown(await conversationOf(kept, head, arrival))
    },
    {
      method: 'DELETE',
      path: conversation,
      summary: 'Deletes a conversation.',
      handle: (head, arrival) => deleteConversation(kept, head, arrival)
    }
  ]
}

const idOf = ({ params }: RequestHead): string => params.id ?? ''

async function turnOf({ turns }: KeptRoutes, head: RequestHead, { principal }: Arrival): Promise<Turn> {
  const turn = await turns.get(idOf(head), principal)
  if (turn === undefined || !turn.shown) throw notFound('response', idOf(head))
  return turn
}

const notFound = (what: string, id: string): GatewayError => INGRESS_RESPONSES_NOT_FOUND(what, id.slice(0, 100))

async function getResponse(kept: KeptRoutes, head: RequestHead, arrival: Arrival): Promise<unknown> {
  const { reply } = await turnOf(kept, head, arrival)
  if (head.query.stream === 'true') throw INGRESS_RESPONSES_STREAM_AGAIN.with({ param: 'stream' })
  return reply
}

async function deleteResponse(kept: KeptRoutes, head: RequestHead, arrival: Arrival): Promise<unknown> {
  const { id } = await turnOf(kept, head, arrival)
  await kept.turns.delete(id)
  return { id, object: 'response', deleted: true }
}

const MAX_LISTED = 100

async function listInput(kept: KeptRoutes, head: RequestHead, arrival: Arrival): Promise<unknown> {
  const turn = await turnOf(kept, head, arrival)
  const { limit = '20', order = 'desc', after } = head.query
  const count = Number(limit)
  if (!Number.isInteger(count) || count < 1 || count > MAX_LISTED) {
    throw invalid('limit', `an integer from 1 to ${MAX_LISTED}`, limit)
  }
  if (order !== 'asc' && order !== 'desc') throw invalid('order', '"asc" or "desc"', order)
  const all = [...(await kept.turns.inputOf(turn))].map(asListed)
  if (order === 'desc') all.reverse()
  const from = after === undefined ? 0 : all.findIndex(item => item.id === after) + 1
  if (after !== undefined && from === 0) throw invalid('after', 'the id of an item of the list', after)
  const data = all.slice(from, from + count)
  return {
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: from + count < all.length
  }
}

async function conversationOf(
  { conversations }: KeptRoutes,
  head: RequestHead,
  { principal }: Arrival
): Promise<Conversation> {
  const conversation = await conversations.get(idOf(head), principal)
  if (conversation === undefined) throw notFound('conversation', idOf(head))
  return conversation
}

const shown = ({ id, createdAt, metadata }: Conversation): JsonObject => ({
  id,
  object: 'conversation',
  created_at: createdAt,
  metadata
})

async function deleteConversation(kept: KeptRoutes, head: RequestHead, arrival: Arrival): Promise<unknown> {
  const { id } = await conversationOf(kept, head, arrival)
  await kept.conversations.delete(id)
  return { id, object: 'conversation.deleted', deleted: true }
}

const json = Type.Record(Type.String(), Type.Unknown())
const conversationShape = checker(
  Type.Object({
    items: Type.Optional(Type.Union([Type.Array(json, { maxItems: 20 }), Type.Null()])),
    metadata: Type.Optional(Type.Union([Type.Record(Type.String(), Type.String()), Type.Null()]))
  })
)

function createConversation(kept: KeptRoutes, head: RequestHead, arrival: Arrival, body: unknown): unknown {
  const { items, metadata } = conversationShape.check(body ?? {})
  const begins = items ?? []
  checkItems(begins, head)
  const conversation: Conversation = {
    id: `conv_${arrival.id.replaceAll('-', '')}`,
    principal: arrival.principal,
    createdAt: Math.floor(kept.nowMs() / 1000),
    metadata: metadata ?? {}
  }
  if (!kept.conversations.create(conversation, begins)) throw INGRESS_RESPONSES_TOO_LARGE.with({ param: 'items' })
  return shown(conversation)
}

/** checkItems reads items as those of a request, so that what is wrong with them is told now. */
function checkItems(items: readonly JsonObject[], head: RequestHead): void {
  try {
    responses.request.decode({ model: '', input: items }, head)
  } catch (thrown) {
    if (!isGatewayError(thrown) || !thrown.path?.startsWith('input')) throw thrown
    const path = thrown.path.replace(/^input/, 'items')
    throw ISTHMUS_REQUEST_INVALID.with({ path, param: path }, thrown.message.replace(/^input/, 'items'))
  }
}
