import { type JsonObject, stringOf } from '@isthmus/core/wire'

/**
 * gatherDetails puts `reasoning_details` together as the model gave them. Clients send back what they have collected: some
 * keep the pieces of a stream apart, so that a signature stands behind its text, and some repeat the list for each call.
 */
export function gatherDetails(details: readonly JsonObject[]): readonly JsonObject[] {
  if (details.length < 2) return details
  const gathered: JsonObject[] = []
  for (const detail of withoutRepeats(details)) {
    const before = gathered.at(-1)
    if (before !== undefined && goesOn(before, detail)) {
      gathered[gathered.length - 1] = { ...before, ...detail, text: `${before.text ?? ''}${detail.text ?? ''}` }
    } else gathered.push(detail)
  }
  return gathered
}

/** Two sealed details are never the same by chance; where they are, text without a seal that is the same is repeated too. */
function withoutRepeats(details: readonly JsonObject[]): readonly JsonObject[] {
  if (!sealsRepeat(details)) return details
  const seen = new Set<string>()
  return details.filter(({ type, id, index, text, summary, signature, data }) => {
    // Pieces that a client has put together have their members in another order.
    const key = JSON.stringify([type, id, index, text, summary, signature, data])
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}

function sealsRepeat(details: readonly JsonObject[]): boolean {
  const seen = new Set<string>()
  for (const { type, id, signature, data } of details) {
    const seal = stringOf(signature) ?? stringOf(data)
    if (seal === undefined || seal === '') continue
    const key = `${type} ${id} ${seal}`
    if (seen.has(key)) return true
    seen.add(key)
  }
  return false
}

/** A text is open until it is signed; the pieces of one text share its index. */
function goesOn(before: JsonObject, { type, index }: JsonObject): boolean {
  return (
    type === 'reasoning.text' &&
    before.type === type &&
    typeof index === 'number' &&
    before.index === index &&
    typeof before.signature !== 'string'
  )
}
