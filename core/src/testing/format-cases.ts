import { deepEqual, equal, ok } from 'node:assert/strict'
import type { WireFormat } from '../contract/index.ts'
import { FEATURE_NAMES, type FeatureTable, verdictOf } from '../ir/index.ts'
import type { Case } from './case.ts'
import { errorCases } from './error-cases.ts'
import type { FormatFixtures } from './format-fixtures.ts'
import { formatReplyCases } from './format-reply-cases.ts'
import { formatRequestCases } from './format-request-cases.ts'
import { modelListCases } from './model-list-cases.ts'

/** formatCases hold a codec to the whole contract, in both directions. */
export function formatCases<T>(format: WireFormat<T>, fixtures: FormatFixtures = {}): readonly Case[] {
  return [
    { name: 'every feature has a verdict', run: () => checkTable(format.features) },
    {
      name: 'forwarded headers are lower case and carry no credentials',
      run() {
        for (const name of [...format.forward.request, ...format.forward.response]) {
          equal(name, name.toLowerCase())
          ok(!/^(authorization|cookie|set-cookie|x-api-key|proxy-|host$)/.test(name), `'${name}' must not be forwarded`)
        }
      }
    },
    ...formatRequestCases(format, fixtures),
    ...formatReplyCases(format, fixtures),
    ...errorCases(format.error.encode, format.error.decode, fixtures.errors ?? []),
    ...modelListCases(format)
  ]
}

/** Features of the small operations, which a table of a conversation's format need not name. */
const OF_OPERATIONS = /^(?:complete|embed)\./

/** checkTable fails on a feature without a verdict, and on a verdict without a feature. */
export function checkTable(table: FeatureTable): void {
  const verdicts = ['exact', 'converted', 'emulated', 'dropped', 'rejected']
  for (const name of FEATURE_NAMES) {
    const verdict = OF_OPERATIONS.test(name) ? verdictOf(table, name) : table[name]
    ok(verdict !== undefined && verdicts.includes(verdict), `'${name}' has no verdict`)
  }
  deepEqual(
    Object.keys(table).filter(name => !FEATURE_NAMES.some(feature => feature === name)),
    [],
    'unknown features'
  )
}
