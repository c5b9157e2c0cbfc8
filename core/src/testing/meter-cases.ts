import { equal } from 'node:assert/strict'
import type { TObject } from 'typebox'
import type { Plugin } from '../contract/index.ts'
import type { Case } from './case.ts'
import { descriptorCases, type PluginCaseOptions, withPlugin } from './descriptor-cases.ts'
import { sampleSummaries } from './fake-exchange.ts'

/** meterCases hold a meter to the contract. The summaries are frozen: a meter that edits one fails. */
export function meterCases<O extends TObject>(
  plugin: Plugin<'meter', O>,
  given: PluginCaseOptions = {}
): readonly Case[] {
  return [
    ...descriptorCases('meter', plugin, given),
    withPlugin('record and journal take every outcome and return at once', plugin, given, async meter => {
      for (const summary of sampleSummaries()) {
        equal(meter.record(summary), undefined, 'record returned something: a meter queues, it does not wait')
        equal(meter.journal?.(summary), undefined, 'journal returned something')
      }
      await meter.flush?.()
    }),
    withPlugin('flush may come first, and twice', plugin, given, async meter => {
      await meter.flush?.()
      await meter.flush?.()
    }),
    withPlugin('a thousand summaries without a flush are taken', plugin, given, async meter => {
      const [summary] = sampleSummaries()
      for (let count = 0; count < 1000; count++) meter.record(summary!)
      await meter.flush?.()
    })
  ]
}
