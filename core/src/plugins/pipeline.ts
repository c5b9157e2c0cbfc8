import type { ConfigProblem } from '../config/index.ts'
import type { Kind } from '../contract/index.ts'
import { didYouMean } from '../wire/index.ts'
import type { Findings } from './find.ts'

/** checkPipeline holds the config's middleware list against the configured middleware: each must be in both, once. */
export function checkPipeline(pipeline: readonly string[], { found, waiting, broken }: Findings): ConfigProblem[] {
  const kinds = new Map<string, Kind>([...found, ...waiting].map(({ id, kind }) => [id, kind]))
  const middleware = [...kinds].filter(([, kind]) => kind === 'middleware').map(([id]) => id)
  const problems: ConfigProblem[] = []
  pipeline.forEach((id, index) => {
    const kind = kinds.get(id)
    const path = `pipeline[${index}]`
    if (kind === 'middleware') {
      if (pipeline.indexOf(id) < index) {
        problems.push({ path, message: `expected each middleware once, got "${id}" again`, hints: [] })
      }
      return
    }
    if (kind === undefined && broken.has(id)) return
    const got = kind === undefined ? `"${id}"` : `"${id}", which is a ${kind}`
    const meant = kind === undefined ? didYouMean(id, middleware) : ''
    problems.push({
      path,
      message: `expected the id of a configured middleware, got ${got}`,
      hints: meant === '' ? [] : [meant]
    })
  })
  for (const id of middleware) {
    if (pipeline.includes(id)) continue
    problems.push({
      path: 'pipeline',
      message: `expected "${id}" to be listed, as every configured middleware must be`,
      hints: ['the order is the order they see a request in']
    })
  }
  return problems
}
