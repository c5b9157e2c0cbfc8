import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type CatalogData, defineCatalog, type Host } from '@isthmus/core'
import { Type } from 'typebox'
import { laidOver, readOverlay } from './overlay.ts'
import { shipped } from './shipped.ts'

export default defineCatalog({
  name: 'models',
  api: 1,
  summary: 'What is known beforehand of models: names, limits, abilities and prices.',
  stability: 'experimental',
  options: Type.Object(
    {
      file: Type.Optional(
        Type.String({
          minLength: 1,
          description:
            'A JSON file with corrections and additions, in the form of the data. One with a mistake is left out as a whole, with a warning.'
        })
      ),
      aliases: Type.Boolean({
        default: true,
        description: 'Whether `premium`, `balanced`, `economy` and `long-context` stand for lists of models.'
      })
    },
    { additionalProperties: false }
  ),
  setup(host, options) {
    const data = shipped()
    const base = options.aliases ? data : { ...data, aliases: {} }
    return options.file === undefined ? base : withFile(base, options.file, host)
  }
})

/** withFile lays a file over the data. Without it the gateway still starts: prices are no reason to be down. */
function withFile(data: CatalogData, file: string, { dir, log }: Host): CatalogData {
  let text: string
  try {
    text = readFileSync(resolve(dir, file), 'utf8')
  } catch (error) {
    log.warn({ file, code: (error as NodeJS.ErrnoException).code }, 'catalogue file cannot be read: it is left out')
    return data
  }
  const over = readOverlay(text)
  if (!('problem' in over)) return laidOver(data, over)
  log.warn({ file, problem: over.problem }, 'catalogue file has a mistake: it is left out')
  return data
}
