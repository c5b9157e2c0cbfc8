import type { ModelInfo, ModelRow } from '@isthmus/core'
import { defined, isObject, type JsonObject, type Listed, listedRows, numberOf, stringOf } from '@isthmus/core/wire'

/* The list of models that several formats have in common: `{object: 'list', data: [{id, object: 'model', …}]}`. */

/**
 * decodeModels reads an upstream's list of models, with the facts that some vendors add to it. A list with nonsense in it is
 * refused as a whole.
 */
export function decodeModels(body: unknown): readonly ModelInfo[] {
  const inside = isObject(body)
  return listedRows(inside ? body.data : body, inside ? 'data' : '', 'id').map(decodeModel)
}

function decodeModel(one: Listed): ModelInfo {
  const id = String(one.row.id)
  const name = one.text('name')
  // Who writes no dates writes zeros.
  const created = numberOf(one.row.created) || undefined
  return defined({
    id,
    name: name === id ? undefined : name,
    description: one.text('description'),
    created: created !== undefined && created > 0 ? Math.floor(created) : undefined,
    ownedBy: stringOf(one.row.owned_by),
    contextTokens: CONTEXT.map(word => one.count(word)).find(isKnown),
    maxOutputTokens: one.inside('top_provider')?.count('max_completion_tokens') ?? one.count('max_completion_tokens'),
    deprecated: (one.text('shutdown_date') ?? one.text('deprecation'))?.slice(0, DAY)
  })
}

const CONTEXT = ['context_length', 'context_window', 'max_model_len', 'max_context_length']
const isKnown = (count: number | undefined): boolean => count !== undefined
/** Of a time only the day counts. */
const DAY = 'YYYY-MM-DD'.length

/** encodeModel writes one model; clients want the first four members of all. */
export function encodeModel({ id, created = 0, ownedBy, vendor, provider, deprecated }: ModelRow): JsonObject {
  return {
    id,
    object: 'model',
    created,
    owned_by: ownedBy ?? vendor ?? provider,
    ...(deprecated !== undefined && { shutdown_date: deprecated })
  }
}

/** encodeModels writes the list of models. */
export function encodeModels(rows: readonly ModelRow[]): JsonObject {
  return { object: 'list', data: rows.map(encodeModel) }
}
