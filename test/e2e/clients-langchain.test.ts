import t from 'tap'
import { langchain } from '../support/clients/langchain.ts'
import { playScenarios } from '../support/scenarios.ts'
import { simulated } from '../support/simulated.ts'

/* LangChain's models for OpenAI and Anthropic, as they are published, against the started binary. */

t.setTimeout(60_000)
const gateway = await simulated(t)
for (const clientOf of langchain) playScenarios(t, gateway, clientOf(gateway))
