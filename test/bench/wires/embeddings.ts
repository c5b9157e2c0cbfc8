import { INPUT_TOKENS } from '../content.ts'
import { words } from '../words.ts'
import { type Ask, at, joined, type WireFormat } from './wire.ts'

/** INPUTS is how many texts a request has: the most that the vendor takes. */
export const INPUTS = 2048
const DIMENSIONS = 1536

const body = ({ model }: Ask): object => ({
  model,
  input: Array.from({ length: INPUTS }, (_, n) => words(60, n)),
  encoding_format: 'base64'
})

/** vector is a list of 32-bit floats in base64, another one for each input. */
function vector(n: number): string {
  const floats = Float32Array.from({ length: DIMENSIONS }, (_, at) => Math.sin(n * DIMENSIONS + at))
  return Buffer.from(floats.buffer).toString('base64')
}

/** embeddings is OpenAI's format for vectors: one request with many texts, one large reply. */
export const embeddings: WireFormat = {
  provider: 'openai',
  path: () => '/v1/embeddings',
  credential: 'authorization: Bearer bench',
  body,
  whole: shape => ({
    object: 'list',
    data: Array.from({ length: INPUTS }, (_, index) => ({ object: 'embedding', index, embedding: vector(index) })),
    model: `bench-${shape}`,
    usage: { prompt_tokens: INPUT_TOKENS, total_tokens: INPUT_TOKENS }
  }),
  events: () => [],
  eventsToText: 0,
  endOfWhole: `"total_tokens":${INPUT_TOKENS}`,
  endOfStream: '',
  textOf: reply => joined(at(reply, 'data'), row => at(row, 'embedding')),
  deltaOf: () => ''
}
