import { Type } from 'typebox'
import { defineProvider, type ModelInfo, providerFrom } from '../../../src/index.ts'
import { tiny } from '../../pipeline/support/tiny-format.ts'

/** A provider whose upstream tells its models, with all their facts, as they stand. */
export default defineProvider({
  name: 'listing',
  api: 1,
  summary: 'For tests.',
  stability: 'experimental',
  options: Type.Object({ baseUrl: Type.String() }, { additionalProperties: false }),
  setup(_host, { baseUrl }) {
    const format = tiny()
    const models = { ...format.models, decode: (body: unknown) => body as readonly ModelInfo[] }
    return providerFrom({ ...format, models }, { baseUrl, path: '/', modelsPath: '/models' })
  }
})
