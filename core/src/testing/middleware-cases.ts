import { deepEqual, ok } from 'node:assert/strict'
import type { TObject } from 'typebox'
import type { Middleware, Plugin } from '../contract/index.ts'
import { isGatewayError } from '../errors/index.ts'
import { type EventBatch, type EventType, fold } from '../ir/index.ts'
import { Stages } from '../pipeline/stages.ts'
import { type Case, deepFreeze } from './case.ts'
import { descriptorCases, type PluginCaseOptions, withPlugin } from './descriptor-cases.ts'
import { type FakeExchange, fakeExchange, sampleSummaries } from './fake-exchange.ts'
import { assertGrammar } from './grammar.ts'
import { sampleReplies } from './sample-replies.ts'
import { sampleRequests } from './sample-requests.ts'

const EVENT_TYPES: readonly EventType[] = [
  'start',
  'part_start',
  'part_delta',
  'part_end',
  'usage',
  'finish',
  'error',
  'end',
  'heartbeat',
  'native',
  'notice'
]

/** middlewareCases hold a middleware to the contract. It may refuse, answer or change; it may not edit or break. */
export function middlewareCases<O extends TObject>(
  plugin: Plugin<'middleware', O>,
  given: PluginCaseOptions = {}
): readonly Case[] {
  return [
    ...descriptorCases('middleware', plugin, given),
    ...sampleRequests().map(({ name, request }) =>
      withPlugin(`request: ${name} is passed, changed, answered or refused`, plugin, given, async middleware => {
        const x = fakeExchange({ request })
        await enter(middleware, x)
        if (x.answered !== undefined) assertGrammar(x.answered)
        deepFreeze(x.request)
      })
    ),
    ...sampleReplies().map(({ name, events }) =>
      withPlugin(`reply: ${name} stays in order, and alike however it is batched`, plugin, given, async middleware => {
        const whole = await through(middleware, [events()])
        const single = await through(
          middleware,
          events().map(event => [event])
        )
        assertGrammar(whole)
        assertGrammar(single)
        deepEqual(fold(single), fold(whole))
      })
    ),
    withPlugin('settled takes every outcome', plugin, given, middleware => {
      for (const summary of sampleSummaries()) middleware.settled?.(fakeExchange(), summary)
    })
  ]
}

/** enter runs the hooks before the upstream; false when one refused or answered. */
async function enter(middleware: Middleware, x: FakeExchange): Promise<boolean> {
  try {
    await middleware.admit?.(x)
    await middleware.request?.(x)
    return x.answered === undefined
  } catch (thrown) {
    ok(isGatewayError(thrown), `a hook threw ${String(thrown)} instead of an error of createError`)
    return false
  }
}

async function through(middleware: Middleware, batches: readonly EventBatch[]): Promise<EventBatch> {
  const x = fakeExchange()
  await enter(middleware, x)
  const stage = middleware.events?.(x)
  for (const type of stage?.on ?? []) ok(EVENT_TYPES.includes(type), `there is no event '${type}'`)
  const stages = stage && new Stages([stage])
  const staged = batches.map(batch => stages?.push(batch) ?? batch)
  if (middleware.around === undefined) return staged.flat()
  const out: EventBatch = []
  for await (const batch of middleware.around(x, () => iterate(staged))) out.push(...batch)
  return out
}

async function* iterate(batches: readonly EventBatch[]): AsyncIterable<EventBatch> {
  yield* batches
}
