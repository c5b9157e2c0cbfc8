import { deepEqual, ok } from 'node:assert/strict'
import type { ModelRow, WireFormat } from '../contract/index.ts'
import { type Case, stringsIn, throwsOnly } from './case.ts'
import { JUNK_BODIES } from './junk.ts'
import { requestHead } from './request-head.ts'

/** SAMPLE_MODELS are rows of a model list, one of which is known by name alone. */
export const SAMPLE_MODELS: readonly ModelRow[] = [
  { id: 'kit/small', provider: 'kit' },
  {
    id: 'kit/vendor/large:beta',
    provider: 'kit',
    name: 'Large',
    created: 1_700_000_000,
    ownedBy: 'vendor',
    contextTokens: 200_000,
    maxOutputTokens: 8_192
  }
]

/** modelListCases hold a format's model lists. */
export function modelListCases<T>({ models }: WireFormat<T>): readonly Case[] {
  return [
    ...encodeModelCases(rows => models.encodeList(rows, requestHead({ method: 'GET' })), models.encodeOne),
    {
      name: 'models: a list that was encoded can be decoded',
      run() {
        const list: unknown = JSON.parse(
          JSON.stringify(models.encodeList(SAMPLE_MODELS, requestHead({ method: 'GET' })))
        )
        deepEqual(
          models.decode(list).map(model => model.id),
          SAMPLE_MODELS.map(row => row.id)
        )
      }
    },
    {
      name: 'models: junk in place of a list is no crash',
      run() {
        for (const body of JUNK_BODIES) throwsOnly(() => models.decode(body), JSON.stringify(body) ?? 'nothing')
      }
    }
  ]
}

/** encodeModelCases hold what a client is shown of the catalogue. */
export function encodeModelCases(
  encodeList: (rows: readonly ModelRow[]) => unknown,
  encodeOne: (row: ModelRow) => unknown
): readonly Case[] {
  return [
    {
      name: 'models: lists and single models are JSON that names each model',
      run() {
        const list = stringsIn(JSON.parse(JSON.stringify(encodeList(SAMPLE_MODELS))))
        for (const row of SAMPLE_MODELS) {
          ok(list.includes(row.id), `'${row.id}' is missing in the list`)
          ok(stringsIn(JSON.parse(JSON.stringify(encodeOne(row)))).includes(row.id), `'${row.id}' does not name itself`)
        }
        ok(JSON.stringify(encodeList([])) !== undefined, 'an empty list is not JSON')
      }
    }
  ]
}
