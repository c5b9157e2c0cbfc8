import type { ModelInfo, ModelRow, RequestHead } from '@isthmus/core'
import { invalid, isObject, type JsonObject, numberOf, stringOf } from '@isthmus/core/wire'

const DEFAULT_LIMIT = 20
const MAX_LIMIT = 1000

/** decodeModels reads a service's model list. Entries without an id are of no use. */
export function decodeModels(body: unknown): readonly ModelInfo[] {
  const data = isObject(body) && Array.isArray(body.data) ? body.data : []
  return data.flatMap((entry: unknown) => {
    if (!isObject(entry)) return []
    const id = stringOf(entry.id)
    if (id === undefined || id === '') return []
    const name = stringOf(entry.display_name)
    const created = Date.parse(stringOf(entry.created_at) ?? '')
    const contextTokens = numberOf(entry.max_input_tokens)
    const maxOutputTokens = numberOf(entry.max_tokens)
    return [
      {
        id,
        ...(name !== undefined && { name }),
        ...(created > 0 && { created: Math.floor(created / 1000) }),
        ...(contextTokens !== undefined && { contextTokens }),
        ...(maxOutputTokens !== undefined && { maxOutputTokens })
      }
    ]
  })
}

/** encodeModel writes one model. A date that is not known is the epoch, as the format has it. */
export function encodeModel(row: ModelRow): JsonObject {
  return {
    type: 'model',
    id: row.id,
    display_name: row.name ?? row.id,
    created_at: new Date((row.created ?? 0) * 1000).toISOString().replace('.000Z', 'Z'),
    max_input_tokens: row.contextTokens ?? null,
    max_tokens: row.maxOutputTokens ?? null
  }
}

/** encodeModels writes a page of the list: `limit` entries after, or before, the one that the query names. */
export function encodeModels(rows: readonly ModelRow[], head: RequestHead): JsonObject {
  const { after_id: after, before_id: before } = head.query
  const limit = limitOf(head.query.limit)
  const from = after === undefined ? 0 : position(rows, after, 'after_id') + 1
  const to = before === undefined ? rows.length : position(rows, before, 'before_id')
  // Without a place to start from, a page before something ends at it.
  const start = before !== undefined && after === undefined ? Math.max(0, to - limit) : from
  const page = rows.slice(start, Math.min(start + limit, to))
  const more = before !== undefined && after === undefined ? start > 0 : start + page.length < to
  return {
    data: page.map(encodeModel),
    has_more: more,
    first_id: page[0]?.id ?? null,
    last_id: page.at(-1)?.id ?? null
  }
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT
  const limit = Number(text)
  if (!Number.isInteger(limit) || limit < 1) throw invalid('limit', 'an integer of at least 1', text)
  return Math.min(limit, MAX_LIMIT)
}

function position(rows: readonly ModelRow[], id: string, name: string): number {
  const at = rows.findIndex(row => row.id === id)
  if (at < 0) throw invalid(name, 'the id of a model in the list', id)
  return at
}
