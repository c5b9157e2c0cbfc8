import { createError, defineProvider, featureTable, type OpenPart, type Part, SecretString } from '@isthmus/core'
import { isObject, parseObject, type ReplyReader, responseDecoder, statusError } from '@isthmus/core/wire'
import { Type } from 'typebox'

const PROVIDER_SEMAPHORE_FLAG = createError(
  'PROVIDER_SEMAPHORE_FLAG',
  'unsupported',
  'There is no flag for a part of type %s'
)
const PROVIDER_SEMAPHORE_MAYDAY = createError('PROVIDER_SEMAPHORE_MAYDAY', 'upstream_unavailable', '%s')
const flagOf = (part: Part): string => {
  if (part.type !== 'text' && part.type !== 'reasoning') throw PROVIDER_SEMAPHORE_FLAG(part.type)
  return part.type === 'text' ? part.text : ''
}

/** A station answers with one JSON value on each line: `mast` first, then `hoist` by `hoist`, `lowered` at the end. */
function semaphoreReader(): ReplyReader {
  let text: OpenPart | undefined
  const read: ReplyReader['whole'] = (line, out) => {
    if (typeof line.mayday === 'string') out.fail(PROVIDER_SEMAPHORE_MAYDAY(line.mayday))
    if (typeof line.mast === 'string') out.start('', line.mast)
    for (const flag of Array.isArray(line.hoist) ? line.hoist : []) {
      text ??= out.open(0, { type: 'text', text: '' })
      out.append(text, 'text', String(flag))
    }
    if (!isObject(line.lowered)) return
    const { why, seen, flown } = line.lowered
    out.usage({ input: { fresh: Number(seen) }, output: { total: Number(flown) } })
    out.finish(0, { reason: why === 'dusk' ? 'length' : 'stop', native: String(why) })
    out.end()
  }
  return { whole: read, event: (data, _name, out) => read(parseObject(data) ?? {}, out), end: () => {} }
}

export default defineProvider({
  name: 'semaphore',
  api: 1,
  summary: 'Semaphore stations that answer flag by flag.',
  stability: 'experimental',
  options: Type.Object(
    { pennant: SecretString({ description: 'Who signals.' }), baseUrl: Type.String({ description: 'The station.' }) },
    { additionalProperties: false }
  ),
  setup: (_host, { pennant, baseUrl }) => ({
    format: 'semaphore',
    features: featureTable({ 'input.system': 'exact', 'input.system.later': 'exact', 'output.max_tokens': 'exact' }),
    baseUrl,
    models: { known: [{ id: 'hilltop' }] },
    encode({ messages, output: { maxTokens }, reply }, { model }) {
      const flags = messages.map(({ role, parts }) => [role, parts.map(flagOf).join('')])
      const body = JSON.stringify({ mast: model, flags, dusk_after: maxTokens, relay: reply.stream })
      return { method: 'POST', path: '/signal', headers: { 'content-type': 'application/json' }, body }
    },
    authorize({ headers }) {
      headers['x-pennant'] = pennant.reveal()
    },
    decoder: (target, head) => responseDecoder(head, target.provider, semaphoreReader()),
    decodeError: (head, body) => statusError(head, String(parseObject(new TextDecoder().decode(body))?.mayday ?? ''))
  })
})
