import * as kernel from '@isthmus/core'
import { ERROR_KINDS, type ErrorFactory, type ErrorKind, type MountedIngress } from '@isthmus/core'
import { type Components, shapeOf } from './schemas.ts'
import type { Json } from './types.ts'

/** What can go wrong before any model is asked. */
const ALWAYS: readonly ErrorKind[] = ['authentication', 'permission', 'rate_limited', 'overloaded', 'internal']
const ON_A_MODEL: readonly ErrorKind[] = [...ALWAYS, 'not_found']
/** Nobody sees the answer to who has left, and a method that a path has is allowed. */
const UNSEEN: readonly ErrorKind[] = ['cancelled', 'method_not_allowed']
const ON_A_CALL = (Object.keys(ERROR_KINDS) as ErrorKind[]).filter(kind => !UNSEEN.includes(kind))

const KINDS = { list: ALWAYS, one: ON_A_MODEL, call: ON_A_CALL } as const

/** errorResponses describes the errors of a route, by status, in the shapes of those who may answer on it. */
export function errorResponses(
  ingresses: readonly MountedIngress[],
  what: keyof typeof KINDS,
  components: Components
): Readonly<Record<string, Json>> {
  const byStatus = new Map<number, { readonly kinds: Set<ErrorKind>; readonly examples: Record<string, Json> }>()
  const schemas = new Map<string, Json>()
  for (const { id, ingress } of ingresses) {
    for (const kind of KINDS[what]) {
      const sample = SAMPLES.get(kind)
      const reply = sample === undefined ? undefined : ingress.encodeError(sampleOf(sample), REQUEST_ID)
      const status = reply?.status ?? ERROR_KINDS[kind].status
      const found = byStatus.get(status) ?? { kinds: new Set(), examples: {} }
      byStatus.set(status, found)
      found.kinds.add(kind)
      if (reply === undefined) continue
      found.examples[`${id}.${kind}`] = { value: reply.body }
      if (!schemas.has(id)) schemas.set(id, components.schema(`${id}.error`, shapeOf(reply.body)))
    }
  }
  const refs = [...schemas.values()]
  const schema = refs.length === 1 ? refs[0] : { anyOf: refs }
  const names = ingresses.map(({ id }) => id).join('.')
  const responses = [...byStatus].sort(([one], [other]) => one - other)
  return Object.fromEntries(
    responses.map(([status, { kinds, examples }]) => {
      const content = { schema, ...(Object.keys(examples).length > 0 && { examples }) }
      const response = { description: `${[...kinds].join(', ')}.`, content: { 'application/json': content } }
      return [String(status), components.response(`${names}.${what}.${status}`, response)]
    })
  )
}

const REQUEST_ID = '00000000-0000-4000-8000-000000000000'

/** A template that is all argument tells nothing as an example. */
const telling = ({ template }: ErrorFactory): number => (template === '%s' ? 0 : 1)

/** SAMPLES are errors of the kernel, one for each kind it has. What it cannot say without a cause is passed over. */
const SAMPLES: ReadonlyMap<ErrorKind, ErrorFactory> = new Map(
  Object.values(kernel)
    .flatMap(value =>
      isFactory(value) ? [value] : Object.values(value === kernel.ISTHMUS_UPSTREAM_ERRORS ? value : {})
    )
    .filter(isFactory)
    .map(factory => [factory.kind, factory] as const)
    .sort(([, one], [, other]) => telling(one) - telling(other))
)

const sampleOf = (factory: ErrorFactory) => factory(...Array.from({ length: 4 }, () => '…'))

function isFactory(value: unknown): value is ErrorFactory {
  return typeof value === 'function' && 'kind' in value && 'template' in value
}
