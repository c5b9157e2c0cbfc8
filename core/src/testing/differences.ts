/** Difference is one place where two JSON values are not the same; indexes in the path are `#`. */
export interface Difference {
  readonly path: string
  readonly was: unknown
  readonly is: unknown
}

/** differences lists the places where two JSON values are not the same. */
export function differences(was: unknown, is: unknown, path = ''): Difference[] {
  if (JSON.stringify(was) === JSON.stringify(is)) return []
  if (isContainer(was) && isContainer(is) && Array.isArray(was) === Array.isArray(is)) {
    const keys = new Set([...Object.keys(was), ...Object.keys(is)])
    return [...keys].flatMap(key => {
      const at = Array.isArray(was) ? `${path}[#]` : path === '' ? key : `${path}.${key}`
      return differences(was[key], is[key], at)
    })
  }
  return [{ path, was, is }]
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** Allowed is a difference that is meant, with its reason. */
export interface Allowed {
  readonly path: RegExp
  readonly when?: (was: unknown, is: unknown) => boolean
  readonly why: string
}

/** unexplained leaves out the differences that are meant, and remembers which of them occur. */
export function unexplained(
  found: readonly Difference[],
  allowed: readonly Allowed[],
  used: Set<Allowed>
): Difference[] {
  return found.filter(({ path, was, is }) => {
    const reason = allowed.find(entry => entry.path.test(path) && (entry.when?.(was, is) ?? true))
    if (reason !== undefined) used.add(reason)
    return reason === undefined
  })
}
