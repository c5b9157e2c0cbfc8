import { defineConfig, env } from '@isthmus/core'

export default defineConfig({
  // Where clients reach the gateway. HOST and PORT in the environment go over it.
  server: { host: '127.0.0.1', port: 8787 },

  plugins: [
    // The formats that clients may speak.
    { use: '@isthmus/ingress-chat-completions' },
    { use: '@isthmus/ingress-responses' },
    { use: '@isthmus/ingress-messages' },
    { use: '@isthmus/ingress-gemini' },
    { use: '@isthmus/ingress-embeddings' },

    // The models they reach. An optional entry waits until the variables it names are set; a .env file will do.
    { use: '@isthmus/provider-simulator' },
    { use: '@isthmus/provider-openai', optional: true, options: { apiKey: env('OPENAI_API_KEY') } },
    { use: '@isthmus/provider-anthropic', optional: true, options: { apiKey: env('ANTHROPIC_API_KEY') } },
    { use: '@isthmus/provider-gemini', optional: true, options: { apiKey: env('GEMINI_API_KEY') } },

    // What is known of models: names, prices, limits; and where changes made while it runs are kept.
    { use: '@isthmus/catalog-models' },
    { use: '@isthmus/store-sqlite', options: { file: 'isthmus.db' } },

    // A page of the models at /models, and one that describes the API at /docs.
    { use: '@isthmus/surface-catalog' },
    { use: '@isthmus/surface-openapi' },

    // Aliases and prices changed over HTTP, with this token, of at least 16 characters.
    { use: '@isthmus/surface-admin', optional: true, options: { token: env('ISTHMUS_ADMIN_TOKEN') } },

    // One log line for each exchange.
    { use: '@isthmus/meter-log' }
  ],

  models: {
    // Names of your own, e.g. { fast: ['openai/gpt-5-mini', 'anthropic/claude-haiku-4-5'] }.
    aliases: {}
  }
})
