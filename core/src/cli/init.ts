import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ISTHMUS_CONFIG_EXISTS } from '../errors/index.ts'
import { packageManifest } from '../plugins/manifest.ts'
import type { Terminal } from './terminal.ts'

const NAMES = ['gateway.config.ts', 'gateway.config.js', 'gateway.config.mjs']
const TEMPLATE = new URL('../../templates/gateway.config.ts', import.meta.url)

/** init writes a first config that starts as it is, and never over one that is there. */
export function init(terminal: Terminal): void {
  const { cwd } = terminal
  const text = readFileSync(TEMPLATE, 'utf8')
  for (const name of NAMES) if (existsSync(join(cwd, name))) throw ISTHMUS_CONFIG_EXISTS(name)
  writeFileSync(join(cwd, 'gateway.config.ts'), text, { flag: 'wx' })
  terminal.out('Wrote gateway.config.ts')
  if (!existsSync(join(cwd, 'package.json'))) {
    // Without it node takes a moment, and prints a warning, to find out that the config is an ES module.
    writeFileSync(join(cwd, 'package.json'), `${JSON.stringify({ private: true, type: 'module' }, null, 2)}\n`)
    terminal.out('Wrote package.json')
  }
  const missing = packagesOf(text).filter(name => packageManifest(name, cwd) === undefined)
  terminal.out('\nNext:')
  if (missing.length > 0) terminal.out(`  npm install ${missing.join(' ')}`)
  terminal.out('  npx isthmus start')
}

/** packagesOf finds the packages that a config imports or uses. */
function packagesOf(text: string): readonly string[] {
  return [...new Set([...text.matchAll(/(?:from|use:) '([^'.][^']*)'/g)].map(match => match[1] as string))]
}
