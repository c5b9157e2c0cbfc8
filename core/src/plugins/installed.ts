import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Kind } from '../contract/index.ts'
import { isKind } from './api.ts'
import { modulesFolders, readManifest } from './manifest.ts'

/** InstalledPlugin is a plugin package that could be configured. */
export interface InstalledPlugin {
  /** The package's name, which is what `use` takes. */
  readonly package: string
  readonly version: string
  readonly kind: Kind
  /** The plugin's name. */
  readonly name: string
}

/**
 * installed lists the plugin packages that a config in `dir` could name, by reading their manifests. It loads nothing,
 * and leaves wire formats out, because they are libraries.
 */
export function installed(dir: string): readonly InstalledPlugin[] {
  const found = new Map<string, InstalledPlugin>()
  for (const folder of modulesFolders(dir)) {
    for (const name of packagesIn(folder)) {
      if (found.has(name)) continue
      const manifest = readManifest(join(folder, name))
      const { kind, name: plugin } = manifest?.isthmus ?? {}
      if (manifest === undefined || !isKind(kind)) continue
      found.set(name, { package: name, version: manifest.version, kind, name: String(plugin) })
    }
  }
  return [...found.values()].sort((a, b) => (a.package < b.package ? -1 : 1))
}

function packagesIn(folder: string): readonly string[] {
  return entries(folder).flatMap(name =>
    name.startsWith('@')
      ? entries(join(folder, name)).map(inner => `${name}/${inner}`)
      : name.startsWith('.')
        ? []
        : [name]
  )
}

function entries(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return []
    throw error
  }
}
