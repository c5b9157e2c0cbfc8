import { chromium } from 'playwright-core'
import t from 'tap'
import { manyRows, ROWS, up } from './support/house.ts'
t.test('shoot', async t => {
  const host = await up(t, { rows: [...ROWS, ...manyRows(5000)] })
  const url = await host.http.listen({ host: '127.0.0.1', port: 0 })
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
  const page = await browser.newPage({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' })
  await page.goto(`${url}/models?features=tools`)
  await page.screenshot({ path: `/tmp/a.png` })
  await page.goto(`${url}/models/anthropic/claude-haiku-4.5`)
  await page.screenshot({ path: `/tmp/b.png`, fullPage: true })
  const large = await browser.newPage({ viewport: { width: 1100, height: 700 }})
  await large.goto(`${url}/models/google/gemini-2.5-flash-lite`)
  await large.screenshot({ path: `/tmp/c.png` })
  await browser.close()
})
