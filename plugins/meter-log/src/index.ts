import { defineMeter } from '@isthmus/core'
import { Type } from 'typebox'
import { logLine } from './log-line.ts'

export default defineMeter({
  name: 'log',
  api: 1,
  summary: 'Writes one log line for each exchange.',
  stability: 'experimental',
  options: Type.Object({}, { additionalProperties: false }),
  setup: ({ log }) => ({
    record(summary) {
      if (summary.outcome === 'failed') log.warn(logLine(summary), 'exchange')
      else log.info(logLine(summary), 'exchange')
    }
  })
})
