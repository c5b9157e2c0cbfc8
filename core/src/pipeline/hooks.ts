import type { Arrival, EventStage, Exchange, Ingress, Meter, Middleware, Summary } from '../contract/index.ts'
import type { Registry } from '../registry/index.ts'

type Hook<K extends keyof Middleware> = NonNullable<Middleware[K]>

/** Hooks are the functions that exist, compiled once at boot: a request never asks who implements what. */
export interface Hooks {
  readonly admit: readonly Hook<'admit'>[]
  readonly request: readonly Hook<'request'>[]
  readonly attempt: readonly Hook<'attempt'>[]
  /** The last middleware first: the outermost one sees the reply last. */
  readonly events: readonly ((x: Exchange) => EventStage | undefined)[]
  readonly around: readonly Hook<'around'>[]
  readonly settled: readonly ((x: Exchange, summary: Summary) => void)[]
  readonly meters: readonly Meter[]
}

/** compileHooks reads the middleware in the order of the config's `pipeline` list. */
export function compileHooks(registry: Registry, order: readonly string[]): Hooks {
  const middleware = order.flatMap(id => registry.get('middleware', id)?.contribution ?? [])
  const pick = <K extends keyof Middleware>(name: K): Hook<K>[] =>
    middleware.flatMap(each => {
      const hook = each[name]
      return hook === undefined ? [] : [hook.bind(each) as unknown as Hook<K>]
    })
  return {
    admit: pick('admit'),
    request: pick('request'),
    attempt: pick('attempt'),
    events: pick('events').reverse(),
    around: pick('around'),
    settled: pick('settled'),
    meters: registry.all('meter').map(instance => instance.contribution)
  }
}

/** withOwn adds an ingress's own hooks: they see the request before the middleware does, and the reply after it. */
export function withOwn(hooks: Hooks, own: Ingress['hooks']): Hooks {
  if (own === undefined) return hooks
  return {
    ...hooks,
    request: [...(own.request ? [own.request.bind(own)] : []), ...hooks.request],
    events: [...hooks.events, ...(own.events ? [own.events.bind(own)] : [])],
    settled: [...(own.settled ? [own.settled.bind(own)] : []), ...hooks.settled]
  }
}

/** admitAll runs the admit hooks in order; without any it costs nothing. */
export async function admitAll(hooks: Hooks, arrival: Arrival): Promise<void> {
  for (const admit of hooks.admit) await admit(arrival)
}
