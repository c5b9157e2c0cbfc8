import type { ModelInfo, ModelRow } from '@isthmus/core'
import { isObject, type JsonObject, numberOf, stringOf } from '@isthmus/core/wire'

/* The list of models that several formats have in common: `{object: 'list', data: [{id, object: 'model', …}]}`. */

/** decodeModels reads an upstream's list of models, with the facts that some vendors add to it. */
export function decodeModels(body: unknown): readonly ModelInfo[] {
  const rows = Array.isArray(body) ? body : isObject(body) && Array.isArray(body.data) ? body.data : []
  return rows.filter(isObject).flatMap(row => decodeModel(row) ?? [])
}

function decodeModel(row: JsonObject): ModelInfo | undefined {
  const id = stringOf(row.id)
  if (id === undefined || id === '') return undefined
  const top = isObject(row.top_provider) ? row.top_provider : {}
  const name = stringOf(row.name)
  const created = numberOf(row.created)
  const ownedBy = stringOf(row.owned_by)
  const contextTokens = positive(row.context_length) ?? positive(row.context_window) ?? positive(row.max_model_len)
  const maxOutputTokens = positive(top.max_completion_tokens) ?? positive(row.max_completion_tokens)
  return {
    id,
    ...(name !== undefined && { name }),
    ...(created !== undefined && { created }),
    ...(ownedBy !== undefined && { ownedBy }),
    ...(contextTokens !== undefined && { contextTokens }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens })
  }
}

function positive(value: unknown): number | undefined {
  const number = numberOf(value)
  return number !== undefined && number > 0 ? number : undefined
}

/** encodeModel writes one model; clients want all four members. */
export function encodeModel(row: ModelRow): JsonObject {
  return { id: row.id, object: 'model', created: row.created ?? 0, owned_by: row.ownedBy ?? row.provider }
}

/** encodeModels writes the list of models. */
export function encodeModels(rows: readonly ModelRow[]): JsonObject {
  return { object: 'list', data: rows.map(encodeModel) }
}
