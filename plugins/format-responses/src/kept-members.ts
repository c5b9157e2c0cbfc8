import type { JsonObject } from '@isthmus/core/wire'

/** Above this, bytes take up half of what text with one letter outside Latin-1 does, and less than half of what objects do. */
const PACKED_CHARS = 2048

/** KeptMembers are members of an object that is written again at the end of a stream: kept as JSON, as small as may be. */
export class KeptMembers {
  #json: string | Buffer

  constructor(members: JsonObject) {
    const json = JSON.stringify(members)
    this.#json = json.length > PACKED_CHARS ? Buffer.from(json) : json
  }

  /** The object's JSON. */
  get json(): string {
    return this.#json.toString()
  }

  /** with adds members that are known only later. */
  with(members: JsonObject | undefined): KeptMembers {
    return members === undefined ? this : new KeptMembers({ ...(JSON.parse(this.json) as JsonObject), ...members })
  }
}
