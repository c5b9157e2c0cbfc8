import type { CompleteRequest, EmbedRequest, Gap, Identity, IrRequest, Target, UpstreamCodec } from '@isthmus/core'
import { wordTable } from '@isthmus/core/wire'
import { completions } from '@isthmus/format-completions'
import { embeddings } from '@isthmus/format-embeddings'
import type { DialectOptions } from './format.ts'
import { wireModel } from './models.ts'
import { fitIdentity, MAX_USER_CHARS } from './prepare.ts'
import { serviceOf } from './service.ts'

/** openRouterCompletions is how the service goes on from a text. */
export const openRouterCompletions = (options: DialectOptions): UpstreamCodec<CompleteRequest> =>
  served(completions, options)

/** Words of the service for what vectors are for. */
const INPUT_TYPES: Readonly<Record<string, string>> = wordTable({
  RETRIEVAL_QUERY: 'search_query',
  RETRIEVAL_DOCUMENT: 'search_document',
  CLASSIFICATION: 'classification',
  CLUSTERING: 'clustering'
})

/** openRouterEmbeddings is how the service makes vectors. */
export function openRouterEmbeddings(options: DialectOptions): UpstreamCodec<EmbedRequest> {
  const codec = served(embeddings, options)
  return {
    ...codec,
    request: {
      encode(request, target) {
        const { task, title, titles } = request
        const inputType = task === undefined ? undefined : INPUT_TYPES[task]
        const { body, gaps, ...rest } = codec.request.encode(request, target)
        const lost: Gap[] = []
        if (task !== undefined && inputType === undefined) lost.push(dropped('task'))
        if (title !== undefined || titles !== undefined) lost.push(dropped('title'))
        if (inputType !== undefined && !('input_type' in body)) body.input_type = inputType
        return { ...rest, body, gaps: [...gaps, ...lost] }
      }
    }
  }
}

const dropped = (field: string): Gap => ({ feature: 'embed.task', action: 'dropped', field })

/** served names the model as the service does, and fits the user into its place. */
function served<R extends IrRequest & { readonly identity?: Identity }, T>(
  codec: UpstreamCodec<R, T>,
  options: DialectOptions
): UpstreamCodec<R, T> {
  return {
    ...codec,
    ...serviceOf(codec, options.strictParams),
    request: {
      encode(request: R, target: Target<T>) {
        const gaps: Gap[] = []
        const fitted = fitIdentity(request, options, MAX_USER_CHARS.chat, gaps)
        const encoded = codec.request.encode(fitted, { ...target, model: wireModel(target.model) })
        return { ...encoded, gaps: [...gaps, ...encoded.gaps] }
      }
    }
  }
}
