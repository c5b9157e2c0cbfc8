/** `npm run docs` writes the generated parts of the documentation anew. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { documents } from './documents.ts'
import { root } from './sources.ts'

for (const { file, text, wanted } of await documents()) {
  if (text === wanted) continue
  writeFileSync(join(root, file), wanted)
  process.stdout.write(`${file}\n`)
}
