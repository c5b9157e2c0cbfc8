import type { Target } from '@isthmus/core'

/** pathFor makes the path of a request of what a template says: `{model}` and `{version}` are filled in. */
export function pathFor(template: string, baseUrl: string, version: string | undefined): string | PathOf {
  const path = withoutOverlap(template, baseUrl).replace('{version}', encodeURIComponent(version ?? ''))
  if (!path.includes('{model}')) return path
  return (_request, { model }) => path.replace('{model}', () => encodeURIComponent(model))
}

type PathOf = (request: unknown, target: Target) => string

/** withoutOverlap: an address is often copied with a part of the path in it, which is not said twice. */
function withoutOverlap(template: string, baseUrl: string): string {
  const base = new URL(baseUrl).pathname.replace(/\/+$/, '')
  const segments = template.split('/')
  for (let count = segments.length; count > 1; count--) {
    const start = segments.slice(0, count).join('/')
    if (base.endsWith(start)) return template.slice(start.length)
  }
  return template
}
