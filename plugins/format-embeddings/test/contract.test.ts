import { resultCases } from '@isthmus/core/testing'
import t from 'tap'
import { embeddings } from '../src/index.ts'

const reply = (...data: readonly unknown[]) => ({
  object: 'list',
  data: data.map((embedding, index) => ({ object: 'embedding', index, embedding })),
  model: 'vector-1',
  usage: { prompt_tokens: 3, total_tokens: 3 }
})
const model = 'vector-1'

const cases = resultCases(embeddings, {
  exchanges: [
    { name: 'a text', request: { model, input: 'Hello' }, reply: reply([0.5, -0.25]) },
    { name: 'one text in a list', request: { model, input: ['Hello'] }, reply: reply([1e-9, 3.14]) },
    { name: 'texts', request: { model, input: ['Hello', '世界 🌍', ''] }, reply: reply([1], [2], [3]) },
    { name: 'token ids', request: { model, input: [1, 2, 3] }, reply: reply([1]) },
    { name: 'lists of token ids', request: { model, input: [[1, 2], [3]] }, reply: reply([1], [2]) },
    {
      name: 'all members, as base64',
      request: {
        model,
        input: 'Hello',
        encoding_format: 'base64',
        dimensions: 2,
        user: 'u-1',
        input_type: 'query',
        provider: { order: ['acme'] }
      },
      reply: { ...reply('AAAAPwAAgL4='), id: 'gen-1', provider: 'acme' }
    },
    {
      name: 'numbers that were asked for',
      request: { model, input: ['a', 'b'], encoding_format: 'float' },
      reply: reply([1, 0], [0, 1])
    },
    {
      name: 'bytes in a form of one vendor',
      request: { model, input: 'a', encoding_format: 'base64_int8', dimensions: 3 },
      reply: reply('AQID')
    },
    {
      name: 'texts and images',
      request: {
        model,
        input: [
          'plain',
          {
            content: [
              { type: 'text', text: 'a cat' },
              { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
              { type: 'image_url', image_url: { url: 'https://acme.example/cat.png' } }
            ]
          },
          { image: 'https://acme.example/dog.png', weight: 2 }
        ]
      },
      reply: reply([1], [2], [3])
    }
  ],
  errors: [
    {
      name: 'an unknown model',
      status: 404,
      body: '{"error":{"message":"The model `x` does not exist","type":"invalid_request_error","code":"model_not_found"}}',
      kind: 'not_found'
    }
  ]
})

for (const { name, run } of cases) t.test(name, async () => run())
