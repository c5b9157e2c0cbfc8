import { defineSurface, SecretString } from '@isthmus/core'
import { Type } from 'typebox'
import { mountAliases } from './aliases.ts'
import { answerUnknown, shapeAnswers } from './answers.ts'
import { mountChanges } from './changes.ts'
import { mountGateway } from './gateway.ts'
import { guard } from './guard.ts'
import { mountModels } from './models.ts'

export default defineSurface({
  name: 'admin',
  api: 1,
  summary: 'Aliases, prices and the config, changed over HTTP while the gateway runs.',
  stability: 'experimental',
  options: Type.Object(
    {
      token: SecretString({
        minLength: 16,
        description: 'What admins send, as `authorization: Bearer …` or `x-admin-token`.'
      })
    },
    { additionalProperties: false, examples: [{ token: 'at least sixteen characters' }] }
  ),
  setup(host, { token }) {
    guard(host, token)
    shapeAnswers(host)
    mountAliases(host)
    mountModels(host)
    mountChanges(host)
    mountGateway(host)
    answerUnknown(host.http, '/admin')
    return {}
  }
})
