import { chromium, type Browser } from 'playwright-core'
import { chromiumPath } from './chromium-path.ts'

/** How long what is awaited on a page may take, milliseconds: only where it never comes it takes as long. */
export const patience = 60_000

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

/** A headless Chromium with a fresh profile, which calls nobody by itself. Use `await using`, or close it. */
export async function launchBrowser(): Promise<Browser & AsyncDisposable> {
  const executablePath = chromiumPath()
  if (executablePath === null) throw new Error('There is no Chromium on this machine.')
  return await chromium.launch({ executablePath, args: flags })
}
