/** DataUrl is what a base64 data URL says. */
export interface DataUrl {
  readonly mime: string
  readonly data: string
}

/** parseDataUrl reads a base64 data URL, case-insensitively and with parameters; undefined for anything else. */
export function parseDataUrl(url: string): DataUrl | undefined {
  if (!/^data:/i.test(url)) return undefined
  const comma = url.indexOf(',')
  if (comma < 0) return undefined
  const [mime = '', ...parameters] = url.slice(5, comma).split(';')
  if (parameters.at(-1)?.trim().toLowerCase() !== 'base64') return undefined
  return { mime: mime.trim().toLowerCase() || 'application/octet-stream', data: url.slice(comma + 1) }
}

/** dataUrl writes a base64 data URL. */
export function dataUrl(mime: string, data: string): string {
  return `data:${mime};base64,${data}`
}
