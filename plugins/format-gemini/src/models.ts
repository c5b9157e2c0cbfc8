import type { ModelInfo, ModelRow, RequestHead } from '@isthmus/core'
import { defined, invalid, isObject, type JsonObject, listedRows } from '@isthmus/core/wire'

const DEFAULT_PAGE = 50
const MAX_PAGE = 1000
const PREFIX = 'models/'
const CONVERSES = ['generateContent', 'streamGenerateContent', 'countTokens']
const EMBEDS = ['embedContent', 'batchEmbedContents']

/**
 * decodeModels reads a service's model list. Entries without a name are of no use; a list with nonsense in it is refused as
 * a whole.
 */
export function decodeModels(body: unknown): readonly ModelInfo[] {
  return listedRows(isObject(body) ? body.models : body, 'models', 'name').flatMap(one => {
    const wire = String(one.row.name)
    // Other prefixes, as that of tuned models, are part of the name.
    const id = wire.startsWith(PREFIX) ? wire.slice(PREFIX.length) : wire
    if (id === '') return []
    return defined({
      id,
      name: one.text('displayName'),
      description: one.text('description'),
      contextTokens: one.count('inputTokenLimit'),
      maxOutputTokens: one.count('outputTokenLimit'),
      // That it thinks says less than is known of most models.
      reasoning: one.flag('thinking') === false ? (false as const) : undefined
    })
  })
}

/** encodeModel writes one model. */
export function encodeModel(row: ModelRow): JsonObject {
  return {
    name: `${PREFIX}${row.id}`,
    baseModelId: row.id,
    version: '',
    displayName: row.name ?? row.id,
    ...(row.description !== undefined && { description: row.description }),
    ...(row.contextTokens !== undefined && { inputTokenLimit: row.contextTokens }),
    ...(row.maxOutputTokens !== undefined && { outputTokenLimit: row.maxOutputTokens }),
    supportedGenerationMethods: makesVectors(row) ? EMBEDS : CONVERSES,
    ...(row.reasoning !== undefined && { thinking: row.reasoning !== false })
  }
}

/** Where nothing is known of a model, its name may tell that it makes vectors. */
const makesVectors = ({ id, output }: ModelRow): boolean => output?.includes('embeddings') ?? /embed/i.test(id)

/** encodeModels writes a page of the list. The token of a page is the name of the model before it. */
export function encodeModels(rows: readonly ModelRow[], head: RequestHead): JsonObject {
  const { pageToken, pageSize } = head.query
  const start = pageToken === undefined || pageToken === '' ? 0 : positionAfter(rows, pageToken)
  const page = rows.slice(start, start + sizeOf(pageSize))
  const last = page.at(-1)
  const more = last !== undefined && start + page.length < rows.length
  return { models: page.map(encodeModel), ...(more && { nextPageToken: tokenOf(last.id) }) }
}

const tokenOf = (id: string): string => Buffer.from(id).toString('base64url')

function sizeOf(text: string | undefined): number {
  if (text === undefined || text === '') return DEFAULT_PAGE
  const size = Number(text)
  if (!Number.isInteger(size) || size < 0) throw invalid('pageSize', 'a whole number', text)
  return size === 0 ? DEFAULT_PAGE : Math.min(size, MAX_PAGE)
}

function positionAfter(rows: readonly ModelRow[], token: string): number {
  const at = rows.findIndex(row => tokenOf(row.id) === token)
  if (at < 0) throw invalid('pageToken', 'a token of an earlier page', token)
  return at + 1
}
