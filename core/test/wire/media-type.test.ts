import t from 'tap'
import { mediaTypeOf, sniffMediaType } from '../../src/wire/index.ts'

const bytes = (text: string) => Buffer.from(text, 'latin1')

t.test('a file is told by its first bytes', async t => {
  t.equal(sniffMediaType(bytes('\x89PNG\r\n\x1a\n and more')), 'image/png')
  t.equal(sniffMediaType(bytes('\xff\xd8\xff\xe0')), 'image/jpeg')
  t.equal(sniffMediaType(bytes('GIF87a.')), 'image/gif')
  t.equal(sniffMediaType(bytes('GIF89a.')), 'image/gif')
  t.equal(sniffMediaType(bytes('RIFF\x24\x00\x00\x00WEBPVP8 ')), 'image/webp')
  t.equal(sniffMediaType(bytes('%PDF-1.7')), 'application/pdf')
})

t.test('what begins otherwise, or ends too early, is not guessed at', async t => {
  for (const text of ['', '\x89PNG', 'GIF88a', 'RIFF\x24\x00\x00\x00WAVE', ' %PDF-1.7', '<svg/>']) {
    t.equal(sniffMediaType(bytes(text)), undefined, JSON.stringify(text))
  }
})

t.test('a content type is read without its parameters', async t => {
  t.equal(mediaTypeOf('Text/HTML; charset=utf-8'), 'text/html')
  t.equal(mediaTypeOf(''), undefined)
  t.equal(mediaTypeOf(undefined), undefined)
})
