import type { Modality, ModelInfo, ModelRow, ReasoningFacts, RequestHead } from '@isthmus/core'
import { defined, EFFORTS, invalid, isObject, type JsonObject, type Listed, listedRows } from '@isthmus/core/wire'

const DEFAULT_LIMIT = 20
const MAX_LIMIT = 1000

/**
 * decodeModels reads a service's model list. Entries without an id are of no use; a list with nonsense in it is refused as
 * a whole.
 */
export function decodeModels(body: unknown): readonly ModelInfo[] {
  return listedRows(isObject(body) ? body.data : body, 'data', 'id').map(one => {
    const created = Date.parse(one.text('created_at') ?? '')
    const line = one.text('line')
    return defined({
      id: String(one.row.id),
      name: one.text('display_name'),
      family: line === undefined ? undefined : LINES + line,
      // A date that is not known is the epoch.
      created: created > 0 ? Math.floor(created / 1000) : undefined,
      contextTokens: one.count('max_input_tokens'),
      maxOutputTokens: one.count('max_tokens'),
      deprecated: one.text('retires_at')?.slice(0, DAY),
      ...abilitiesOf(one.inside('capabilities'))
    })
  })
}

/** Of a time only the day counts. */
const DAY = 'YYYY-MM-DD'.length

/** abilitiesOf reads what a model is said to be able to do. All of it is optional: some who speak the format say nothing. */
function abilitiesOf(said: Listed | undefined): Pick<ModelInfo, 'input' | 'reasoning'> {
  if (said === undefined) return {}
  const can = (name: string) => said.inside(name)?.flag('supported')
  const kinds = { image: can('image_input'), file: can('pdf_input') }
  const thinks = can('thinking')
  return defined({
    input:
      kinds.image === undefined || kinds.file === undefined
        ? undefined
        : (['text', ...(kinds.image ? ['image'] : []), ...(kinds.file ? ['file'] : [])] as Modality[]),
    reasoning: thinks === undefined ? undefined : thinks && reasoningOf(said)
  })
}

function reasoningOf(said: Listed): ReasoningFacts {
  const effort = said.inside('effort')
  const efforts = EFFORTS.filter(word => effort?.inside(word)?.flag('supported') === true)
  const budget = said.inside('thinking')?.inside('types')?.inside('enabled')?.flag('supported')
  return { ...(efforts.length > 0 && { efforts }), ...(budget !== undefined && { budget }) }
}

/**
 * encodeModel writes one model. A date that is not known is the epoch, as the format has it. The format has all capabilities
 * or none: of most models too little is known to tell all.
 */
export function encodeModel(row: ModelRow): JsonObject {
  const { description, deprecated, family } = row
  return {
    type: 'model',
    id: row.id,
    display_name: row.name ?? row.id,
    ...(description !== undefined && { description }),
    created_at: new Date((row.created ?? 0) * 1000).toISOString().replace('.000Z', 'Z'),
    max_input_tokens: row.contextTokens ?? null,
    max_tokens: row.maxOutputTokens ?? null,
    capabilities: null,
    // A model of which the end is told is as good as deprecated; since when is not known.
    lifecycle: deprecated === undefined ? 'active' : 'deprecated',
    deprecated_at: null,
    retires_at: deprecated === undefined ? null : `${deprecated}T00:00:00Z`,
    line: family?.startsWith(LINES) === true ? family.slice(LINES.length) : null
  }
}

const LINES = 'claude-'

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
