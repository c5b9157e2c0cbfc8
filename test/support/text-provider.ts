import { defineProvider, endpointFrom, providerFrom } from '@isthmus/core'
import { chatCompletions } from '@isthmus/format-chat-completions'
import { completions } from '@isthmus/format-completions'
import { Type } from 'typebox'

/** A provider whose upstream converses, and completes texts as well. */
export default defineProvider({
  name: 'text',
  api: 1,
  summary: 'Chat Completions, and legacy Completions for models whose name says so.',
  stability: 'experimental',
  options: Type.Object({ baseUrl: Type.String() }, { additionalProperties: false }),
  setup(_host, { baseUrl }) {
    const serves = (model: string): boolean => model.endsWith('instruct')
    return providerFrom(chatCompletions, {
      baseUrl,
      path: '/chat/completions',
      endpoints: [endpointFrom(completions, { path: '/completions', serves })]
    })
  }
})
