import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isPlainObject } from '../config/index.ts'

/** Manifest is what a package says of itself in `package.json`, so that it can be known without running it. */
export interface Manifest {
  /** The package's folder. */
  readonly dir: string
  /** The package's name. */
  readonly name: string
  readonly version: string
  readonly main?: string
  readonly exports?: unknown
  /** The `isthmus` member; absent when the package is no plugin. */
  readonly isthmus?: { readonly kind: unknown; readonly name: unknown; readonly api: unknown }
}

/** readManifest reads the `package.json` of a folder; undefined when there is none that can be read. */
export function readManifest(dir: string): Manifest | undefined {
  let content: unknown
  try {
    content = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'))
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code !== undefined) return undefined
    throw error
  }
  if (!isPlainObject(content)) return undefined
  const { name, version, main, exports, isthmus } = content
  return {
    dir,
    name: typeof name === 'string' ? name : '',
    version: typeof version === 'string' ? version : '',
    ...(typeof main === 'string' && { main }),
    ...(exports !== undefined && { exports }),
    ...(isPlainObject(isthmus) && { isthmus: { kind: isthmus.kind, name: isthmus.name, api: isthmus.api } })
  }
}

/** modulesFolders are the `node_modules` folders that a module in `dir` sees, nearest first. */
export function modulesFolders(dir: string): readonly string[] {
  const folders: string[] = []
  for (let at = dir; ; at = dirname(at)) {
    folders.push(join(at, 'node_modules'))
    if (at === dirname(at)) return folders
  }
}

/** packageManifest finds an installed package's manifest the way module resolution finds the package. */
export function packageManifest(name: string, dir: string): Manifest | undefined {
  for (const folder of modulesFolders(dir)) {
    const manifest = readManifest(join(folder, name))
    if (manifest !== undefined) return manifest
  }
  return undefined
}
