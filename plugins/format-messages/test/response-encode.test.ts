import type { Annotation, IrResponse, Part } from '@isthmus/core'
import type { JsonObject } from '@isthmus/core/wire'
import t from 'tap'
import { messages } from '../src/index.ts'
import { OPTIONS, wired } from './support.ts'

const encode = (parts: readonly Part[], more: Partial<IrResponse> = {}): JsonObject => {
  const choices = [{ index: 0, parts, finish: { reason: 'stop', native: '' } as const }]
  return wired(messages.response.encode({ id: 'm', model: 'c', choices, ...more }, OPTIONS))
}

const page = (start: number, end: number, unit: Annotation['unit'], name = 'x'): Annotation => ({
  kind: 'url',
  url: `https://${name}.example`,
  start,
  end,
  ...(unit !== undefined && { unit })
})
/** cited tells the blocks of a text, each with the hosts of the pages that it cites. */
const cited = (text: string, ...annotations: readonly Annotation[]) => {
  const blocks = encode([{ type: 'text', text, annotations }]).content as { text: string; citations?: JsonObject[] }[]
  return blocks.map(block => [block.text, ...(block.citations ?? []).map(citation => String(citation.url).slice(8, 9))])
}

t.test('a text is cut where its citations begin and end', async t => {
  t.same(cited('Tides turn. The sea is green. Go.', page(12, 29, 'codepoint')), [
    ['Tides turn. '],
    ['The sea is green.', 'x'],
    [' Go.']
  ])
  t.same(cited('abcdef', page(0, 4, 'utf16', 'x'), page(2, 6, 'utf16', 'y')), [
    ['ab', 'x'],
    ['cd', 'x', 'y'],
    ['ef', 'y']
  ])
  t.same(cited('all of it', page(0, 9, 'utf16')), [['all of it', 'x']])
})

t.test('places are counted in the unit that the citation names, and never cut a character', async t => {
  const text = '世😀 sea'
  t.same(cited(text, page(3, 6, 'codepoint')), [['世😀 '], ['sea', 'x']])
  t.same(cited(text, page(4, 7, 'utf16')), [['世😀 '], ['sea', 'x']])
  t.same(cited(text, page(8, 11, 'byte')), [['世😀 '], ['sea', 'x']])
  t.same(cited(text, page(2, 99, 'utf16')), [['世'], ['😀 sea', 'x']])
})

t.test('a citation without a place in the answer covers the whole text', async t => {
  const source: Annotation = {
    kind: 'char',
    start: 1,
    end: 2,
    native: { format: 'messages', object: { url: '//////s' } }
  }
  t.same(cited('abcdef', page(1, 2, undefined), page(4, 4, 'utf16', 'y')), [['abcdef', 'x', 'y']])
  t.same(cited('abcd', page(2, 4, 'utf16'), page(9, 1, 'utf16', 'y')), [
    ['ab', 'y'],
    ['cd', 'x', 'y']
  ])
  t.equal(cited('abcdef', source).length, 1)
  t.same(cited('', page(0, 3, 'utf16')), [['', 'x']])
})

t.test('a service tier is told in the words of this format, if it has one', async t => {
  const tierOf = (serviceTier: string) => (encode([], { serviceTier }).usage as JsonObject).service_tier
  t.equal(tierOf('default'), 'standard')
  t.equal(tierOf('priority'), 'priority')
  t.equal(tierOf('flex'), undefined)
  const native = { format: 'messages', object: { input_tokens: 1, output_tokens: 2, service_tier: 'batch' } }
  const usage = { input: { fresh: 1 }, output: { total: 2 }, native }
  t.same(encode([], { serviceTier: 'batch', usage }).usage, native.object)
})
