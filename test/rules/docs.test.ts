import { existsSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { ERROR_KINDS, FEATURE_NAMES, type IrEvent, type Part } from '@isthmus/core'
import t from 'tap'
import { documents, fill } from '../support/documents.ts'
import { documentedCodes, errorReference, kernelErrors } from '../support/error-reference.ts'
import { filesIn, pluginFolders, read, root } from '../support/sources.ts'

const markdown = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'core/README.md', '.changeset/README.md'].filter(file =>
    existsSync(join(root, file))
  ),
  ...['core/docs', 'test', 'fixtures', ...pluginFolders.map(name => `plugins/${name}`)].flatMap(folder =>
    filesIn(folder, '.md')
  )
]

t.test('the generated parts of the documentation are what `npm run docs` would write', async t => {
  for (const { file, text, wanted } of await documents()) t.equal(text, wanted, `${file} is in step`)
})

t.test('generated text goes between its markers and nowhere else', async t => {
  const text = 'a\n<!-- x -->\nold\n<!-- /x -->\nb'
  t.equal(fill('f', text, { x: 'new' }), 'a\n<!-- x -->\n\nnew\n\n<!-- /x -->\nb')
  t.throws(() => fill('f', 'a', { x: 'new' }), { message: 'f has no <!-- x --> … <!-- /x -->' })
})

t.test('every error code and kind is documented, and nothing else is', async t => {
  const declared = kernelErrors().map(({ code }) => code)
  t.same([...declared].sort(), [...documentedCodes].sort())
  const text = errorReference()
  for (const code of declared) t.ok(text.includes(`### ${code}\n`), code)
  for (const kind of Object.keys(ERROR_KINDS)) t.ok(text.includes(`| \`${kind}\` |`), kind)
})

t.test('the specification of the IR has an entry for every part, event and feature', async t => {
  const text = read('core/docs/ir.md')
  const parts: Readonly<Record<Part['type'], true>> = {
    text: true,
    image: true,
    audio: true,
    video: true,
    file: true,
    tool_call: true,
    tool_result: true,
    hosted_call: true,
    hosted_result: true,
    reasoning: true,
    refusal: true,
    opaque: true
  }
  const events: Readonly<Record<IrEvent['type'], true>> = {
    start: true,
    part_start: true,
    part_delta: true,
    part_end: true,
    usage: true,
    finish: true,
    result: true,
    error: true,
    end: true,
    heartbeat: true,
    native: true,
    notice: true
  }
  for (const name of [...Object.keys(parts), ...Object.keys(events)]) {
    t.match(text, new RegExp(`^### .*\`${name}\``, 'm'), name)
  }
  for (const name of FEATURE_NAMES) t.ok(text.includes(`| \`${name}\` |`), name)
})

t.test('links between documents lead to a file, and to a heading that is there', async t => {
  for (const file of markdown) {
    const text = outsideCode(read(file))
    for (const [, link = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(link)) continue
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? file : normalize(join(dirname(file), path))
      t.ok(existsSync(join(root, target)), `${file} links to ${link}`)
      if (anchor === undefined || !target.endsWith('.md') || !existsSync(join(root, target))) continue
      t.ok(anchors(read(target)).has(anchor), `${file} links to ${link}`)
    }
  }
})

t.test('documents speak of the project alone', async t => {
  for (const file of markdown) t.notMatch(read(file), /\b(TODO|FIXME|TBD)\b|\/(?:home|root)\/\w/, file)
})

function outsideCode(text: string): string {
  return text.replace(/^(```|~~~)[\s\S]*?^\1/gm, '').replace(/`[^`\n]*`/g, '')
}

/** anchors are the names that a Markdown viewer gives to headings. */
function anchors(text: string): ReadonlySet<string> {
  const headings = text.replace(/^(```|~~~)[\s\S]*?^\1/gm, '').matchAll(/^#+ (.*)$/gm)
  return new Set(
    [...headings].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-')
    )
  )
}
