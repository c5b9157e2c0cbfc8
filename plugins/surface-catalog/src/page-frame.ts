import { Html, html } from './html.ts'

/** Site is what all pages have in common. */
export interface Site {
  readonly title: string
  readonly basePath: string
  /** What stands behind the names of the pages' files, so that caches notice a new one. */
  readonly version: string
}

/** FrameParts are what a page puts into the frame. */
export interface FrameParts {
  readonly heading: string
  readonly lead: Html | string
  readonly main: Html
  readonly foot: Html
  /** Where it has more than text and links. */
  readonly script?: string
}

/** frame writes a whole page around what differs. */
export function frame({ title, basePath, version }: Site, { heading, lead, main, foot, script }: FrameParts): string {
  const file = (name: string) => `${basePath}/models/${name}?${version}`
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${heading === title ? title : `${heading} – ${title}`}</title>
<link rel="icon" href="${file('icon.svg')}" type="image/svg+xml">
<link rel="stylesheet" href="${file('page.css')}">
<link rel="stylesheet" href="${file('cards.css')}">
${script !== undefined && html`<script type="module" src="${file(script)}"></script>`}
</head>
<body>
<header>
<h1>${heading}</h1>
<p>${lead}</p>
</header>
<main>
${main}
</main>
<footer>${foot}</footer>
</body>
</html>
`.text
}

/** apiLink leads to the same as data. */
export function apiLink(basePath: string, path: string, search = ''): Html {
  return html`The same as data: <a id="data" href="${basePath}${path}${search}">${path}</a>`
}

/** attribute is one that is there or not. */
export const attribute = (name: string, is: boolean): Html | false => is && new Html(` ${name}`)
