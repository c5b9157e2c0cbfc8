import { deepEqual, equal, fail } from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * golden compares a value with a file and throws where they differ; with `GOLDEN=write` in the environment it writes the
 * file instead. Text is kept as it is, `.jsonl` holds one JSON value for each item of an array, anything else is JSON.
 */
export function golden(file: string | URL, value: unknown): void {
  const path = typeof file === 'string' ? file : fileURLToPath(file)
  const text = render(path, value)
  if (process.env.GOLDEN === 'write') {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    return
  }
  if (!existsSync(path)) fail(`${path} does not exist; GOLDEN=write writes it`)
  const expected = readFileSync(path, 'utf8')
  if (text === expected) return
  const hint = `${path} differs; GOLDEN=write rewrites it`
  if (typeof value === 'string') equal(text, expected, hint)
  // Compared as values, so that the runner shows the members that differ; the text is the judge.
  deepEqual(parse(path, text), parse(path, expected))
  equal(text, expected, hint)
}

function render(path: string, value: unknown): string {
  if (typeof value === 'string') return value
  if (path.endsWith('.jsonl')) return (value as readonly unknown[]).map(item => `${JSON.stringify(item)}\n`).join('')
  return `${JSON.stringify(value, null, 2)}\n`
}

function parse(path: string, text: string): unknown {
  if (!path.endsWith('.jsonl')) return JSON.parse(text)
  return text
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line))
}
