import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

/** root is the repository's folder. */
export const root = fileURLToPath(new URL('../../', import.meta.url))

/** pluginFolders are the names of the folders in `plugins/`. */
export const pluginFolders: readonly string[] = readdirSync(join(root, 'plugins')).filter(name =>
  existsSync(join(root, 'plugins', name, 'package.json'))
)

/** filesIn lists the files below a folder of the repository, as paths from its root; nothing for a folder that is not there. */
export function filesIn(folder: string, extension: string): readonly string[] {
  const path = join(root, folder)
  if (!existsSync(path)) return []
  if (statSync(path).isFile()) return path.endsWith(extension) ? [folder] : []
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && entry.name.endsWith(extension))
    .map(entry => relative(root, join(entry.parentPath, entry.name)))
    .filter(file => !/(^|\/)(node_modules|dist|\.tap)\//.test(file))
    .sort()
}

/** read gives the text of a file of the repository. */
export function read(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

/** readJson gives a parsed JSON file of the repository. */
export function readJson(file: string): Record<string, unknown> {
  return JSON.parse(read(file))
}

/** Import is one module that a file names, statically or not. */
export interface Import {
  readonly from: string
  readonly typeOnly: boolean
}

/** importsOf lists what a TypeScript file imports and re-exports. */
export function importsOf(file: string): readonly Import[] {
  const text = read(file)
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName, pos }) => {
    // The statement that ends in this specifier says whether only types come in.
    const start = Math.max(text.lastIndexOf('\nimport ', pos), text.lastIndexOf('\nexport ', pos)) + 1
    return { from: fileName, typeOnly: /^(import|export) type\b/.test(text.slice(start, pos)) }
  })
}
