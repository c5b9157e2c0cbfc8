/** JUNK_BODIES are parsed bodies that no client means: a decoder refuses them and nothing worse. */
export const JUNK_BODIES: readonly unknown[] = [
  undefined,
  null,
  true,
  0,
  '',
  'text',
  [],
  [null],
  {},
  { model: null },
  { model: 7, messages: 'hello' },
  { model: 'm', messages: [] },
  { model: 'm', messages: [null] },
  { model: 'm', messages: {} },
  { model: 'm', messages: [{ role: 'user', content: { deep: [[[[]]]] } }] },
  { model: 'm', messages: [{ role: 'pirate', content: 'arr' }], tools: 'none' },
  JSON.parse('{"model":"m","messages":[{"role":"user","content":"hi"}],"__proto__":{"polluted":true}}')
]

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** JUNK_BYTES are reply bodies as broken upstreams and proxies send them. */
export const JUNK_BYTES: readonly { readonly name: string; readonly bytes: Uint8Array }[] = [
  { name: 'nothing', bytes: new Uint8Array(0) },
  { name: 'a line end', bytes: bytes('\n') },
  { name: 'an HTML page', bytes: bytes('<!doctype html><title>502 Bad Gateway</title>') },
  { name: 'plain text', bytes: bytes('upstream connect error or disconnect/reset before headers') },
  { name: 'bytes that are not UTF-8', bytes: Uint8Array.from([0xff, 0xfe, 0x00, 0x80, 0xc3, 0x28, 0xf0, 0x9f]) },
  { name: 'half a JSON object', bytes: bytes('{"error":{"message":"the li') },
  { name: 'null', bytes: bytes('null') },
  { name: 'a number', bytes: bytes('42') },
  { name: 'a string', bytes: bytes('"no"') },
  { name: 'an empty array', bytes: bytes('[]') },
  { name: 'an array of nulls', bytes: bytes('[null,null]') },
  { name: 'an empty object', bytes: bytes('{}') },
  { name: 'an error that is null', bytes: bytes('{"error":null}') },
  { name: 'an error that is text', bytes: bytes('{"error":"no"}') },
  { name: 'an error of the wrong types', bytes: bytes('{"error":{"message":7,"type":[],"code":{}}}') },
  { name: 'an error in an array', bytes: bytes('[{"error":{"message":"no"}}]') },
  { name: 'SSE of nonsense', bytes: bytes('data: {\n\ndata: []\n\nevent: x\ndata: null\n\n: ping\n\ndata: 1\n\n') },
  { name: 'lines of nonsense', bytes: bytes('{}\n[]\nnull\n{"x":\n') }
]
