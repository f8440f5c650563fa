/** What the person chose; `system` follows the machine. */
export type Theme = 'system' | 'light' | 'dark'

const place = 'parley.theme'
const dark = matchMedia('(prefers-color-scheme: dark)')

export function chosenTheme(): Theme {
  const stored = localStorage.getItem(place)
  return stored === 'light' || stored === 'dark' ? stored : 'system'
}

function apply(theme: Theme): void {
  const shown = theme === 'system' ? (dark.matches ? 'dark' : 'light') : theme
  document.documentElement.dataset['theme'] = shown
}

/** Remembers and shows a theme. */
export function chooseTheme(theme: Theme): void {
  if (theme === 'system') localStorage.removeItem(place)
  else localStorage.setItem(place, theme)
  apply(theme)
}

/** Shows the chosen theme, and follows the machine while none is chosen. Called once, before the first paint. */
export function startTheme(): void {
  apply(chosenTheme())
  dark.addEventListener('change', () => apply(chosenTheme()))
}
