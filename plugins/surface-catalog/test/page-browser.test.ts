import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { manyRows, ROWS, up } from './support/house.ts'

/* The page in a real browser, on a small and a large screen. */

const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const executablePath = process.env.CHROMIUM ?? BROWSERS.find(path => existsSync(path))
const SCREENS = { phone: { width: 390, height: 844 }, desk: { width: 1440, height: 900 } } as const

t.setTimeout(120_000)

if (executablePath === undefined) {
  t.pass(`there is no browser: neither $CHROMIUM nor ${BROWSERS.join(', ')}`)
} else {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  t.teardown(() => browser.close())
  await inBrowser(browser)
}

interface Opened {
  readonly page: Page
  readonly url: string
  /** What the browser complained of. */
  readonly complaints: readonly string[]
  readonly requests: readonly string[]
  names(): Promise<readonly string[]>
  told(text: string | RegExp): Promise<void>
}

/** open shows the page of a catalogue with 5,000 models and the few of the house. */
async function open(
  t: Test,
  browser: Browser,
  options: Parameters<Browser['newContext']>[0] & object = {},
  query = ''
) {
  const host = await up(t, { rows: [...ROWS, ...manyRows(5000)] })
  const url = await host.http.listen({ host: '127.0.0.1', port: 0 })
  const context = await browser.newContext(options)
  t.teardown(() => context.close())
  const page = await context.newPage()
  const complaints: string[] = []
  const requests: string[] = []
  page.on('console', message => void complaints.push(message.text()))
  page.on('pageerror', error => void complaints.push(error.message))
  page.on('request', request => void requests.push(request.url()))
  await page.goto(`${url}/models${query}`)
  const opened: Opened = {
    page,
    url,
    complaints,
    requests,
    names: () => page.locator('tbody .name').allTextContents(),
    told: async text => page.locator('#results .told', { hasText: text }).waitFor()
  }
  return opened
}

const prices = (page: Page) => page.locator('td[data-label="Input"]').allTextContents()

/** overflow is by how much a page is wider than the screen. */
const overflow = (page: Page) =>
  page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')

async function inBrowser(browser: Browser): Promise<void> {
  for (const [screen, viewport] of Object.entries(SCREENS)) {
    t.test(`${screen}: people search, filter and sort, and nothing is loaded from elsewhere`, async t => {
      const { page, url, complaints, requests, names, told } = await open(t, browser, { viewport })
      await told('5,007 models, 1 to 50')
      t.equal((await names()).length, 50)

      await page.getByRole('searchbox', { name: 'Search' }).fill('haiku')
      await told('2 models')
      t.same(await names(), ['economy', 'Claude Haiku 4.5'])
      t.equal(await page.getByRole('searchbox', { name: 'Search' }).inputValue(), 'haiku')
      t.equal(new URL(page.url()).search, '?q=haiku', 'the address can be passed on')

      await page.getByRole('link', { name: 'Clear' }).click()
      await told('5,007 models')
      t.equal(await page.getByRole('searchbox', { name: 'Search' }).inputValue(), '')

      if (screen === 'phone') await page.getByText('Filters').click()
      await page.getByRole('combobox', { name: 'Reads', exact: true }).selectOption('audio')
      await told('1 model')
      t.same(await names(), ['Gemini 2.5 Flash Lite'])
      await page.getByRole('combobox', { name: 'Reads', exact: true }).selectOption('image')
      await page.getByRole('combobox', { name: 'Context', exact: true }).selectOption('200000')
      await page.getByRole('combobox', { name: 'Feature', exact: true }).selectOption('json_mode')
      await page.getByRole('spinbutton', { name: 'Input price up to' }).fill('0.5')
      await page.getByRole('combobox', { name: 'Order', exact: true }).selectOption('input-price-high-to-low')
      await page.waitForURL(/sort=input-price-high-to-low.*max_price=0\.5/)
      await page.locator('#results:not([aria-busy])').waitFor()
      const found = (await prices(page)).map(price => Number(price.replace(/^\$|\+$/g, '').replace('free', '0')))
      t.ok(found.length > 1)
      t.same(
        found,
        [...found].sort((one, other) => other - one)
      )
      t.ok(found.every(price => price <= 0.5))
      for (const context of await page.locator('td[data-label="Context"]').allTextContents())
        t.match(context, /^262K$|M$/)

      t.same(complaints, [])
      t.same(
        requests.filter(request => !request.startsWith(`${url}/models`)),
        []
      )
      t.equal(await page.title(), 'Models', 'the odd name of a model is only a name')
    })

    t.test(`${screen}: nothing is wider than the screen`, async t => {
      const { page, url, told } = await open(t, browser, { viewport })
      for (const search of ['', 'img', 'no such thing']) {
        await page.getByRole('searchbox', { name: 'Search' }).fill(search)
        await told(search === '' ? '5,007' : search === 'img' ? '1 model' : 'No model fits')
        t.equal(await overflow(page), 0, search)
      }
      await page.goto(`${url}/models/anthropic/claude-haiku-4.5`)
      t.equal(await overflow(page), 0, 'the page of one model')
    })
  }

  t.test('headings sort, and whoever goes by keyboard stays there', async t => {
    const { page, names } = await open(t, browser, { viewport: SCREENS.desk })
    const heading = page.getByRole('columnheader', { name: 'Input' })
    t.equal(await heading.getAttribute('aria-sort'), null)
    await heading.getByRole('link').focus()
    await page.keyboard.press('Enter')
    await page.locator('th[aria-sort="ascending"] a:focus').waitFor()
    t.equal(await page.getByRole('combobox', { name: 'Order', exact: true }).inputValue(), 'input-price-low-to-high')
    await page.keyboard.press('Enter')
    await page.locator('th[aria-sort="descending"] a:focus').waitFor()
    t.match((await names())[0], /^Vendor \d+: Model \d*199$/)
    await page.goBack()
    await page.locator('th[aria-sort="ascending"]').waitFor()
    t.equal(await page.getByRole('combobox', { name: 'Order', exact: true }).inputValue(), 'input-price-low-to-high')
  })

  t.test('pages are turned in place', async t => {
    const { page, names, told } = await open(t, browser, { viewport: SCREENS.desk })
    const first = await names()
    await page.getByRole('link', { name: 'Next' }).click()
    await told('51 to 100')
    t.equal((await names()).filter(name => first.includes(name)).length, 0)
    await page.getByRole('link', { name: 'Previous' }).click()
    await told('1 to 50')
    t.same(await names(), first)
  })

  t.test('a model has a page of its own, with who serves it at which prices', async t => {
    const { page, url, told, complaints, requests } = await open(t, browser, { viewport: SCREENS.desk }, '?q=haiku')
    await page.getByRole('link', { name: 'Claude Haiku 4.5' }).click()
    await page.waitForURL(`${url}/models/anthropic/claude-haiku-4.5`)
    t.equal(await page.title(), 'Claude Haiku 4.5 – Models')
    t.same(await page.locator('tbody .name').allTextContents(), ['Anthropic', 'OpenRouter'])
    t.same(await prices(page), ['$1.00', '$1.10'])
    await page.goBack()
    await told('2 models')
    await page.goto(`${url}/models/${encodeURIComponent('house/<img src=x onerror="document.title=1">')}`)
    t.match(await page.title(), /^<img src=x/)
    t.equal(await page.locator('img').count(), 0)
    t.same(complaints, [])
    t.same(
      requests.filter(request => !request.startsWith(`${url}/models`)),
      []
    )
  })

  t.test('without scripts the form and the links do the same', async t => {
    const { page, names } = await open(t, browser, { viewport: SCREENS.phone, javaScriptEnabled: false })
    await page.getByRole('searchbox', { name: 'Search' }).fill('flash')
    await page.getByRole('button', { name: 'Show' }).click()
    await page.waitForURL(/q=flash/)
    t.same(await names(), ['Gemini 2.5 Flash Lite'])
    await page.getByRole('link', { name: 'Clear' }).click()
    t.equal((await names()).length, 50)
  })

  t.test('a phone still tells a screen reader that it is a table', async t => {
    const { page } = await open(t, browser, { viewport: SCREENS.phone }, '?q=flash')
    t.equal(await page.getByRole('table', { name: 'Models' }).count(), 1)
    t.equal(await page.getByRole('columnheader').count(), 8)
    t.equal(await page.getByRole('rowheader', { name: 'Gemini 2.5 Flash Lite' }).count(), 1)
    t.equal(await page.getByRole('cell', { name: '1.05M' }).count(), 1)
  })

  t.test('it is dark where people like it dark', async t => {
    const brightness = async (colorScheme: 'light' | 'dark') => {
      const { page } = await open(t, browser, { viewport: SCREENS.desk, colorScheme })
      const [ground, text] = await page.evaluate<readonly string[]>(
        '[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]'
      )
      const sum = (color = '') => (color.match(/\d+/g) ?? []).slice(0, 3).reduce((all, it) => all + Number(it), 0)
      return { ground: sum(ground), text: sum(text) }
    }
    const light = await brightness('light')
    const dark = await brightness('dark')
    t.ok(light.ground > 600 && light.text < 200, JSON.stringify(light))
    t.ok(dark.ground < 200 && dark.text > 600, JSON.stringify(dark))
  })
}
