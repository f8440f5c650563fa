import { existsSync } from 'node:fs'

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Where a Chromium is on this machine; null: nowhere. `npm test` installs Debian's where it can. */
export function chromiumPath(): string | null {
  return places.find((path) => existsSync(path)) ?? null
}
