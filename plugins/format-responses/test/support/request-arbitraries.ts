import type { JsonObject } from '@isthmus/core/wire'
import fc from 'fast-check'

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', ' ', '"', '\u2028', '😀', '{"a":1}', '\n\n'))
const some = fc.string({ unit: 'binary', minLength: 1 })
const name = fc.stringMatching(/^[a-zA-Z0-9_-]{1,20}$/)
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
const orNull = <T>(value: fc.Arbitrary<T>) => fc.oneof({ weight: 4, arbitrary: maybe(value) }, fc.constant(null))
/** rest is members that nobody knows. */
const rest = fc.dictionary(fc.stringMatching(/^x_[a-z]{1,6}$/), fc.jsonValue(), { maxKeys: 2 })

const compact = <T extends object>(value: T): T => JSON.parse(JSON.stringify(value)) as T
const record = (model: Record<string, fc.Arbitrary<unknown>>) =>
  fc.tuple(fc.record(model), rest).map(([known, unknown]): JsonObject => compact({ ...unknown, ...known }))
const is = <T>(value: T) => fc.constant(value)
const list = <T>(value: fc.Arbitrary<T>, least = 0) => fc.array(value, { minLength: least, maxLength: 3 })

const breakpoint = maybe(
  fc.oneof(
    is({ mode: 'explicit' }),
    is({ mode: 'explicit', ttl: '12h' }),
    record({ mode: fc.constantFrom('explicit', 'newest') })
  )
)
const inputText = record({ type: is('input_text'), text, prompt_cache_breakpoint: breakpoint })
const dataUrl = fc.constantFrom(
  'data:image/png;base64,AAAA',
  'data:IMAGE/PNG;base64,AAAA',
  'data:text/plain;charset=utf-8;base64,AAAA',
  'data:text/plain,plain'
)
const image = record({
  type: is('input_image'),
  image_url: fc.oneof(dataUrl, is('https://example.org/a.png')),
  detail: orNull(fc.constantFrom('auto', 'high'))
})
const file = fc.oneof(
  record({ type: is('input_file'), file_data: fc.oneof(dataUrl, is('AAAA')), filename: orNull(name) }),
  record({ type: is('input_file'), file_url: is('https://example.org/a.pdf'), file_id: orNull(name) }),
  record({ type: is('input_file'), file_id: name })
)
const audio = record({
  type: is('input_audio'),
  input_audio: record({ data: is('AAAA'), format: fc.constantFrom('wav', 'mp3') })
})
const newest = record({ type: is('brand_new'), value: fc.jsonValue() })
const inputContent = list(fc.oneof(inputText, image, file, audio, newest))

const citation = record({
  type: is('url_citation'),
  start_index: fc.nat(9),
  end_index: fc.nat(9),
  url: is('https://example.org'),
  title: text
})
const token = fc.record({ token: text, logprob: is(-0.5), bytes: is([1]) })
const logprobs = maybe(list(fc.tuple(token, list(token)).map(([one, top]) => ({ ...one, top_logprobs: top }))))
const outputText = record({ type: is('output_text'), text, annotations: maybe(list(citation)), logprobs })
const refusal = record({ type: is('refusal'), refusal: text })
const outputContent = list(fc.oneof(outputText, refusal, image, newest))

const id = orNull(name)
const status = orNull(fc.constantFrom('completed', 'incomplete'))
const message = fc.oneof(
  record({
    type: maybe(is('message')),
    role: fc.constantFrom('user', 'system', 'developer'),
    content: fc.oneof(text, inputContent),
    id,
    status
  }),
  record({
    type: maybe(is('message')),
    role: is('assistant'),
    content: fc.oneof(text, outputContent),
    id,
    status,
    phase: orNull(fc.constantFrom('commentary', 'final_answer'))
  })
)
/** Sealed, with an id of its own: what is not sealed is left out, and what is repeated is written once. */
const reasoning = record({
  type: is('reasoning'),
  id: fc.uuid(),
  summary: list(record({ type: is('summary_text'), text })),
  content: orNull(list(record({ type: is('reasoning_text'), text }))),
  encrypted_content: some,
  status
})
const call = fc.oneof(
  record({ type: is('function_call'), call_id: name, name, arguments: some, id, status, namespace: orNull(name) }),
  record({ type: is('custom_tool_call'), call_id: name, name, input: text, id })
)
const result = fc.oneof(
  record({
    type: is('function_call_output'),
    call_id: name,
    output: fc.oneof(text, inputContent),
    id,
    status,
    name: orNull(name)
  }),
  record({ type: is('custom_tool_call_output'), call_id: name, output: fc.oneof(text, inputContent), id })
)
const native = record({
  type: fc.constantFrom(
    'web_search_call',
    'shell_call_output',
    'item_reference',
    'compaction',
    'additional_tools',
    'compaction_trigger',
    'brand_new'
  ),
  id,
  value: fc.jsonValue()
})
const item = fc.oneof(message, reasoning, call, result, native)

const parameters = orNull(is({ type: 'object', properties: {} }))
const fn = record({
  type: is('function'),
  name,
  description: orNull(text),
  parameters,
  strict: orNull(fc.boolean()),
  defer_loading: maybe(fc.boolean()),
  output_schema: maybe(is({ type: 'string' }))
})
const custom = record({
  type: is('custom'),
  name,
  description: orNull(text),
  format: maybe(
    fc.oneof(record({ type: is('text') }), record({ type: is('grammar'), syntax: is('lark'), definition: text }))
  )
})
const namespace = record({
  type: is('namespace'),
  name,
  description: maybe(text),
  tools: list(fc.oneof(fn, custom, newest))
})
const tool = fc.oneof(fn, custom, namespace, record({ type: fc.constantFrom('web_search', 'mcp') }))
const choice = orNull(
  fc.oneof(
    fc.constantFrom('auto', 'none', 'required'),
    is({ type: 'mcp', server_label: 's' }),
    is({ type: 'allowed_tools', mode: 'auto', tools: [{ type: 'mcp', server_label: 's' }] })
  )
)

const format = fc.oneof(
  record({ type: fc.constantFrom('text', 'json_object') }),
  record({
    type: is('json_schema'),
    name: maybe(name),
    schema: is({ type: 'object' }),
    strict: orNull(fc.boolean()),
    description: maybe(text)
  }),
  record({ type: is('grammar'), definition: text })
)

/** requestArbitrary is a request whose every member must come back as it was, what nobody knows included. */
export const requestArbitrary: fc.Arbitrary<JsonObject> = fc
  .tuple(
    record({
      model: some,
      input: fc.oneof(text, fc.array(item, { maxLength: 6 })),
      instructions: orNull(text),
      store: fc.boolean(),
      stream: maybe(is(true)),
      tools: maybe(list(tool, 1)),
      tool_choice: choice,
      parallel_tool_calls: orNull(fc.boolean()),
      max_tool_calls: orNull(fc.nat(9)),
      max_output_tokens: orNull(fc.integer({ min: 1, max: 9999 })),
      temperature: orNull(fc.constantFrom(0, 0.5, 2)),
      top_p: orNull(fc.constantFrom(0, 1)),
      top_logprobs: maybe(fc.integer({ min: 1, max: 20 }))
    }),
    record({
      include: orNull(
        fc.uniqueArray(
          fc.constantFrom('reasoning.encrypted_content', 'message.output_text.logprobs', 'file_search_call.results')
        )
      ),
      reasoning: orNull(
        record({
          effort: orNull(fc.constantFrom('none', 'low', 'newest')),
          summary: orNull(is('auto')),
          context: maybe(is('all_turns'))
        }).filter(value => Object.keys(value).length > 0)
      ),
      text: orNull(
        record({ format: orNull(format), verbosity: orNull(is('low')) }).filter(value => Object.keys(value).length > 0)
      ),
      previous_response_id: orNull(name),
      conversation: orNull(fc.oneof(name, is({ id: 'c' }))),
      truncation: orNull(is('auto')),
      prompt_cache_key: orNull(name),
      service_tier: orNull(fc.constantFrom('auto', 'flex')),
      user: orNull(some),
      safety_identifier: orNull(name),
      metadata: orNull(fc.dictionary(name, text, { maxKeys: 2 }))
    })
  )
  .map(([first, second]) => ({ ...first, ...second }))
