import type { HttpMethod, IngressRoute, RequestHead } from '../contract/index.ts'
import type { Instance } from '../registry/index.ts'

type IngressInstance = Instance<'ingress'>

/** MountEntry is one ingress's route on a path, which other ingresses may have too. */
export interface MountEntry {
  readonly ingress: IngressInstance
  readonly route: IngressRoute
}

/** Mount is one method on one path, mounted once, with all who have a route there, in the order of the config. */
export interface Mount {
  readonly method: HttpMethod
  readonly path: string
  readonly entries: readonly MountEntry[]
}

/** mountsOf collects the routes of all ingresses by method and path. */
export function mountsOf(ingresses: readonly IngressInstance[]): readonly Mount[] {
  const byKey = new Map<string, { method: HttpMethod; path: string; entries: MountEntry[] }>()
  for (const ingress of ingresses) {
    for (const route of ingress.contribution.routes) {
      const key = `${route.method} ${route.path}`
      const mount = byKey.get(key)
      if (mount === undefined) byKey.set(key, { method: route.method, path: route.path, entries: [{ ingress, route }] })
      else mount.entries.push({ ingress, route })
    }
  }
  return [...byKey.values()]
}

/**
 * unreachable gives the ingresses that never get a request of this mount, because another one is the default before them.
 * Where both would write the same list of models, nobody misses anything.
 */
export function unreachable(mount: Mount): readonly MountEntry[] {
  const [first, ...others] = mount.entries.filter(isDefault)
  return others.filter(entry => first === undefined || !listsAlike(first, entry))
}

const listsAlike = (one: MountEntry, other: MountEntry): boolean =>
  'operation' in one.route &&
  'operation' in other.route &&
  one.ingress.contribution.encodeModels === other.ingress.contribution.encodeModels

/** choose asks who claims the caller; who claims nothing is the default. */
export function choose(entries: readonly MountEntry[], head: RequestHead): MountEntry {
  const only = entries[0] as MountEntry
  if (entries.length === 1) return only
  return entries.find(entry => claims(entry.ingress, head)) ?? entries.find(isDefault) ?? only
}

/** speaker guesses whose client this is on a path that nobody has: the longest prefix, then a claim, then the first. */
export function speaker(ingresses: readonly IngressInstance[], head: RequestHead): IngressInstance | undefined {
  let best: IngressInstance | undefined
  let length = 0
  for (const ingress of ingresses) {
    for (const prefix of ingress.contribution.prefixes) {
      if (prefix.length > length && isBelow(head.path, prefix)) {
        best = ingress
        length = prefix.length
      }
    }
  }
  return best ?? ingresses.find(ingress => claims(ingress, head)) ?? ingresses[0]
}

/** claims tells whether an ingress says of a caller that it speaks its format. */
export const claims = ({ contribution }: IngressInstance, head: RequestHead): boolean =>
  contribution.claims?.(head) === true

const isDefault = ({ ingress }: MountEntry): boolean => ingress.contribution.claims === undefined

/** isOpenPath tells a path that only a look at each request says to be a call: nothing is known of what else it may be. */
export const isOpenPath = ({ entries }: Mount): boolean =>
  entries.every(({ route }) => 'calls' in route && route.choose !== undefined)

/** isList tells a mount that is answered from the catalogue, whoever asks. */
export const isList = ({ entries }: Mount): boolean => entries.every(({ route }) => 'operation' in route)

/** isBelow tells whether a path is a prefix or goes on from it. */
export function isBelow(path: string, prefix: string): boolean {
  if (!path.startsWith(prefix)) return false
  const next = path[prefix.length]
  return next === undefined || next === '/' || next === ':' || prefix.endsWith('/')
}
