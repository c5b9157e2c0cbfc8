import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { configReference, schemaTable } from './config-reference.ts'
import { errorReference } from './error-reference.ts'
import { featureReference } from './feature-reference.ts'
import { matrixTables } from './matrix-tables.ts'
import { gapTable, type LoadedPlugin, loadPlugins } from './plugin-tables.ts'
import { read, root } from './sources.ts'

/** Document is a Markdown file with generated parts: as it is, and as it should be. */
export interface Document {
  readonly file: string
  readonly text: string
  readonly wanted: string
}

/** documents makes every generated part of the documentation anew. */
export async function documents(): Promise<readonly Document[]> {
  const plugins = await loadPlugins()
  const parts: readonly (readonly [file: string, parts: Readonly<Record<string, string>>])[] = [
    ['README.md', { plugins: pluginTable(plugins) }],
    ['core/docs/config.md', { config: configReference() }],
    ['core/docs/errors.md', { errors: errorReference() }],
    ['core/docs/ir.md', { features: featureReference() }],
    ['fixtures/README.md', await matrixTables()],
    ...plugins.map(plugin => [`plugins/${plugin.folder}/README.md`, pluginParts(plugin)] as const)
  ]
  return parts
    .filter(([file]) => existsSync(join(root, file)))
    .map(([file, generated]) => {
      const text = read(file)
      return { file, text, wanted: fill(file, text, generated) }
    })
}

function pluginParts(plugin: LoadedPlugin): Readonly<Record<string, string>> {
  const { options } = plugin
  const members = Object.keys(options?.properties ?? {}).length
  return {
    options: options === undefined || members === 0 ? 'There are none.' : schemaTable(options),
    gaps: gapTable(plugin)
  }
}

function pluginTable(plugins: readonly LoadedPlugin[]): string {
  const rows = plugins.map(
    ({ folder, kind, summary, stability }) =>
      `| [${folder}](plugins/${folder}/README.md) | ${kind} | ${summary} | ${stability ?? ''} |`
  )
  return ['| package | kind | what it is | stability |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

/** fill puts generated text between `<!-- name -->` and `<!-- /name -->`; a document without its markers is an error. */
export function fill(file: string, text: string, parts: Readonly<Record<string, string>>): string {
  let filled = text
  for (const [name, part] of Object.entries(parts)) {
    const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
    const from = filled.indexOf(open)
    const to = filled.indexOf(close)
    if (from < 0 || to < from) throw new Error(`${file} has no ${open} … ${close}`)
    filled = `${filled.slice(0, from + open.length)}\n\n${part}\n\n${filled.slice(to)}`
  }
  return filled
}
