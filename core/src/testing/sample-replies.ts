import {
  type EventBatch,
  endEvent,
  type Feature,
  finishEvent,
  fold,
  heartbeatEvent,
  type IrResponse,
  type Part,
  partEnd,
  partStart,
  replyFeature,
  startEvent,
  textDelta,
  unfold,
  usageEvent
} from '../ir/index.ts'
import { deepFreeze } from './case.ts'

/** SampleReply is a reply the cases send through a codec, whole and as events, with the features it needs. */
export interface SampleReply {
  readonly name: string
  readonly features: ReadonlySet<Feature>
  readonly response: IrResponse
  /** events gives a new batch each time: an encoder owns what it is handed. */
  events(): EventBatch
}

const USAGE = { input: { fresh: 11, cacheRead: 3 }, output: { total: 7 } }

function replyWith(parts: readonly Part[], changes: Partial<IrResponse> = {}, reason: 'stop' | 'tool_calls' = 'stop') {
  return {
    id: 'reply_1',
    model: 'kit-model',
    created: 1_700_000_000,
    choices: [{ index: 0, parts, finish: { reason, native: '' } }],
    usage: USAGE,
    ...changes
  } satisfies IrResponse
}

const call = (id: string, name: string, argsText: string): Part => ({
  type: 'tool_call',
  id,
  name,
  kind: 'function',
  argsText
})
const text = (value: string): Part => ({ type: 'text', text: value })

const RESPONSES: Readonly<Record<string, () => IrResponse>> = {
  'one sentence': () => replyWith([text('The sea is green.')]),
  'many scripts': () => replyWith([text('Ünï 世界 👩‍👩‍👧‍👦 שלום \u2028 "q" \\ \n\ttabbed')]),
  'no content': () => replyWith([]),
  'a call': () => replyWith([call('call_a1', 'get_weather', '{"city":"Brest"}')], {}, 'tool_calls'),
  'text and parallel calls': () =>
    replyWith(
      [
        text('Looking.'),
        call('call_a1', 'get_weather', '{"city":"Brest","days":2}'),
        call('call_b2', 'get_time', '{}')
      ],
      {},
      'tool_calls'
    ),
  'reasoning, then text': () =>
    replyWith([{ type: 'reasoning', text: 'Green or blue? Green.', hidden: false }, text('Green.')], {
      usage: { input: { fresh: 5 }, output: { total: 12, reasoning: 8 } }
    }),
  'sealed reasoning': () =>
    replyWith([
      {
        type: 'reasoning',
        text: 'Seven times thirteen.',
        hidden: false,
        seal: {
          kind: 'signature',
          data: 'c2VhbGVk',
          issuer: { provider: 'kit', modelFamily: 'kit', format: 'kit-reasoning-v1' }
        }
      },
      text('No.')
    ]),
  'cut by the token limit': () => {
    const reply = replyWith([text('The sea is')])
    return { ...reply, choices: [{ ...reply.choices[0]!, finish: { reason: 'length', native: '' } }] }
  },
  'stopped at a sequence': () => {
    const reply = replyWith([text('The sea')])
    return {
      ...reply,
      choices: [{ ...reply.choices[0]!, finish: { reason: 'stop_sequence', matchedStop: 'HALT', native: '' } }]
    }
  },
  'a refusal': () => {
    const reply = replyWith([{ type: 'refusal', text: 'I would rather not.' }])
    return { ...reply, choices: [{ ...reply.choices[0]!, finish: { reason: 'refusal', native: '' } }] }
  },
  'two choices': () => ({
    ...replyWith([text('Green.')]),
    choices: [
      { index: 0, parts: [text('Green.')], finish: { reason: 'stop', native: '' } },
      { index: 1, parts: [text('Blue.')], finish: { reason: 'stop', native: '' } }
    ]
  }),
  'cache reads and writes': () =>
    replyWith([text('Cached.')], {
      usage: { input: { fresh: 10, cacheRead: 200, cacheWrite: { total: 50 } }, output: { total: 2 } }
    }),
  'no usage': () => {
    const { usage: _usage, ...rest } = replyWith([text('Uncounted.')])
    return rest
  }
}

/** Streams that no whole reply unfolds to: parts that interleave, small pieces, keep-alives. */
const STREAMS: Readonly<Record<string, () => EventBatch>> = {
  'calls that interleave': () => {
    const first = { type: 'tool_call', id: 'call_a1', name: 'get_weather', kind: 'function', argsText: '' } as const
    const second = { ...first, id: 'call_b2', name: 'get_time' } as const
    return [
      startEvent('reply_1', 'kit-model'),
      partStart(0, 0, first),
      textDelta(0, 0, 'args', '{"city":'),
      partStart(0, 1, second),
      textDelta(0, 1, 'args', '{'),
      textDelta(0, 0, 'args', '"Brest"'),
      textDelta(0, 1, 'args', '}'),
      textDelta(0, 0, 'args', '}'),
      partEnd(0, 0, { ...first, argsText: '{"city":"Brest"}' }),
      partEnd(0, 1, { ...second, argsText: '{}' }),
      finishEvent(0, { reason: 'tool_calls', native: '' }),
      usageEvent(USAGE),
      endEvent()
    ]
  },
  'a word at a time, with keep-alives': () => [
    startEvent('reply_1', 'kit-model'),
    heartbeatEvent(),
    partStart(0, 0, { type: 'text', text: '' }),
    textDelta(0, 0, 'text', 'The '),
    textDelta(0, 0, 'text', '世'),
    heartbeatEvent(),
    textDelta(0, 0, 'text', '👩‍👩‍👧'),
    textDelta(0, 0, 'text', ' sea.'),
    partEnd(0, 0, { type: 'text', text: 'The 世👩‍👩‍👧 sea.' }),
    usageEvent({ input: { fresh: 4 }, output: { total: 1 } }),
    finishEvent(0, { reason: 'stop', native: '' }),
    usageEvent({ input: { fresh: 4 }, output: { total: 6 } }),
    endEvent()
  ]
}

/** sampleReplies are the replies that the cases use. */
export function sampleReplies(): readonly SampleReply[] {
  const whole = Object.entries(RESPONSES).map(([name, make]) => {
    const response = deepFreeze(make())
    return sample(name, response, () => unfold(response).take())
  })
  return [
    ...whole,
    ...Object.entries(STREAMS).map(([name, events]) => sample(name, deepFreeze(fold(events())), events))
  ]
}

function sample(name: string, response: IrResponse, events: () => EventBatch): SampleReply {
  return { name, response, events, features: replyFeaturesOf(events()) }
}

/** replyFeaturesOf lists what a reply needs the client's format to be able to say. */
export function replyFeaturesOf(events: Iterable<EventBatch[number]>): ReadonlySet<Feature> {
  const found = new Set<Feature>()
  for (const event of events) {
    const feature = replyFeature(event)
    if (feature !== undefined) found.add(feature)
  }
  return found
}
