// Filters, orders and pages without loading the page anew. Without this script the form and the links do the same.
const form = document.querySelector('form')
const results = document.querySelector('#results')
const data = document.querySelector('#data')
const WAIT_MS = 150

document.documentElement.classList.add('js')

// A phone shows models first. Filters that are set are shown everywhere.
const filters = document.querySelector('details')
const set = [...filters.querySelectorAll('input, select')].some(field => field.value !== '')
if (!set && matchMedia('(max-width: 760px)').matches) filters.open = false

let running
let timer
// What the browser cannot do by itself it does the usual way: by going there.
async function show(url) {
  running?.abort()
  running = new AbortController()
  const { signal } = running
  results.setAttribute('aria-busy', 'true')
  try {
    const reply = await fetch(url, { signal })
    const page = new DOMParser().parseFromString(await reply.text(), 'text/html')
    const found = page.querySelector('#results')
    if (found === null) throw new Error('not the page')
    results.replaceChildren(...found.childNodes)
    data.replaceWith(page.querySelector('#data'))
    results.removeAttribute('aria-busy')
  } catch (error) {
    if (!signal.aborted) location.assign(url)
    else if (error.name !== 'AbortError') throw error
  }
}

function asked() {
  const url = new URL(form.action)
  for (const [name, value] of new FormData(form)) if (value.trim() !== '') url.searchParams.set(name, value.trim())
  return url
}

function fill(url) {
  for (const field of form.elements) if (field.name) field.value = url.searchParams.get(field.name) ?? ''
}

function change() {
  const url = asked()
  if (url.href === location.href) return
  history.replaceState(null, '', url)
  show(url)
}

form.addEventListener('input', event => {
  clearTimeout(timer)
  timer = setTimeout(change, event.target.tagName === 'SELECT' ? 0 : WAIT_MS)
})

form.addEventListener('submit', event => {
  event.preventDefault()
  clearTimeout(timer)
  change()
})

document.addEventListener('click', async event => {
  const link = event.target.closest('main a')
  // Pages of single models are pages of their own.
  if (
    link === null ||
    link.pathname !== new URL(form.action).pathname ||
    event.button !== 0 ||
    event.metaKey ||
    event.ctrlKey ||
    event.shiftKey ||
    event.altKey
  )
    return
  event.preventDefault()
  clearTimeout(timer)
  const url = new URL(link.href)
  const column = link.closest('th')?.cellIndex
  history.pushState(null, '', url)
  fill(url)
  await show(url)
  // Who goes on by keyboard is still at the heading; a new page begins at its top.
  if (column !== undefined) results.querySelectorAll('thead th')[column]?.querySelector('a')?.focus()
  else if (link.closest('nav') !== null) results.scrollIntoView()
})

addEventListener('popstate', () => {
  const url = new URL(location.href)
  fill(url)
  show(url)
})
