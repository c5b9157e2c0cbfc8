import t from 'tap'
import { anthropicMessages } from '../support/clients/anthropic.ts'
import { googleGenai } from '../support/clients/google-genai.ts'
import { openaiChat } from '../support/clients/openai-chat.ts'
import { openaiResponses } from '../support/clients/openai-responses.ts'
import { playScenarios } from '../support/scenarios.ts'
import { simulated } from '../support/simulated.ts'

/* The vendors' own clients, as they are published, against the started binary. */

t.setTimeout(60_000)
const gateway = await simulated(t)
for (const clientOf of [openaiChat, openaiResponses, anthropicMessages, googleGenai]) {
  playScenarios(t, gateway, clientOf(gateway))
}
