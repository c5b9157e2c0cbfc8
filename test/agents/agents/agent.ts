/** Place is where an agent works and whom it asks. */
export interface Place {
  /** The gateway's address. */
  readonly url: string
  readonly model: string
  /** For titles, summaries and the like. */
  readonly smallModel: string
  /** An empty home, so that nothing of the machine's own settings counts. */
  readonly home: string
  /** The folder that the task is done in. */
  readonly folder: string
}

/** Call is a tool and its arguments, as the agent's own model would call it. */
export interface Call {
  readonly tool: string
  /** An object, or the text of a tool that takes text. */
  readonly args: Readonly<Record<string, unknown>> | string
}

/** Launch is how an agent is started. */
export interface Launch {
  readonly args: readonly string[]
  /** What it reads from its standard input. */
  readonly input?: string
  readonly env?: Readonly<Record<string, string>>
  /** Files that it reads its settings from, by their path in its home. */
  readonly files?: Readonly<Record<string, string>>
}

/** Agent is a coding agent from the package registry, and how it is led. */
export interface Agent {
  readonly name: string
  readonly package: string
  readonly version: string
  /** The format that it speaks, by the name of the simulated upstream of the same. */
  readonly format: string
  /** What to start, below the folder of packages. A `.js` file or a script without an ending is started with Node. */
  readonly program: string
  readonly native?: boolean
  /** The name by which it asks for the model of an upstream, where that makes a difference to it. */
  modelOf?(upstream: string): string
  /** The tool that writes a file, and the one that runs a command. */
  write(path: string, content: string): Call
  run(command: string): Call
  launch(place: Place, prompt: string): Launch
}
