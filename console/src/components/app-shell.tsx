/**
 * What is around every page: a link past the navigation, the navigation (a side bar; a bar that scrolls sideways at the
 * top when it is narrow), who is signed in. `areas.ts` is the one list of areas.
 */
import { Link, useLocation } from '@tanstack/react-router'
import { Lock, User } from 'lucide-react'
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { useLackOf, useSession, useSignOut } from '../api/context.tsx'
import { useFeed } from '../api/use-feed.ts'
import { areas, type Area } from '../areas.ts'
import { chooseTheme, chosenTheme, type Theme } from '../styles/theme.ts'
import styles from './app-shell.module.css'
import { AreaGate } from './area-gate.tsx'
import { ArrivalProvider } from './arrival.tsx'
import { Menu } from './menu.tsx'
import { Notice } from './notice.tsx'

export function AppShell() {
  const feed = useFeed()
  return (
    <div className={styles['shell']}>
      <a href="#main" className={styles['skip']}>
        Skip to the content
      </a>
      <div className={styles['side']}>
        <div className={styles['brand']}>
          <Link to="/" className={styles['name']}>
            Parley
          </Link>
          <Account />
        </div>
        <Navigation />
      </div>
      <main id="main" tabIndex={-1} className={styles['main']}>
        <div role="status">
          {feed === 'reconnecting' && (
            <div className={styles['lost']}>
              <Notice tone="warn">
                The server does not answer; trying again. What you see may be out of date.
              </Notice>
            </div>
          )}
        </div>
        <ArrivalProvider>
          <AreaGate />
        </ArrivalProvider>
      </main>
    </div>
  )
}

/** Where the bar is narrower than its areas, the one that is open is moved into view. */
function Navigation() {
  const bar = useRef<HTMLElement>(null)
  const path = useLocation({ select: ({ pathname }) => pathname })
  const shown = useRef<string | null>(null)
  const reveal = useEffectEvent(() => {
    const open = bar.current?.querySelector<HTMLElement>('[aria-current]')
    if (!bar.current || !open) return
    shown.current = path
    bar.current.scrollLeft = open.offsetLeft + open.offsetWidth / 2 - bar.current.clientWidth / 2
  })
  useEffect(() => {
    if (shown.current !== path) reveal()
  })
  useEffect(() => {
    const watch = new ResizeObserver(() => reveal())
    if (bar.current) watch.observe(bar.current)
    return () => watch.disconnect()
  }, [])
  return (
    <nav ref={bar} aria-label="Areas" className={styles['nav']}>
      {areas.map((area) => (
        <AreaLink key={area.to} area={area} />
      ))}
    </nav>
  )
}

/** An area that may not be read stays in its place, and its page says why. */
function AreaLink({ area: { to, label, icon: Icon, needs } }: { area: Area }) {
  const lacking = useLackOf(needs).join(' and ')
  return (
    <Link
      to={to}
      className={`${styles['item']} ${lacking === '' ? '' : styles['locked']}`}
      activeProps={{ 'aria-current': 'page' }}
      // Every address is below home.
      activeOptions={{ exact: to === '/' }}
      title={lacking === '' ? undefined : `Your key lacks ${lacking}.`}
    >
      <Icon size={16} aria-hidden />
      {label}
      {lacking !== '' && <Lock size={12} role="img" aria-label="(not for your key)" />}
    </Link>
  )
}

const themes: { theme: Theme; label: string }[] = [
  { theme: 'system', label: 'Theme of this machine' },
  { theme: 'light', label: 'Light theme' },
  { theme: 'dark', label: 'Dark theme' },
]

/** Who is signed in, the theme, and the way out. */
function Account() {
  const session = useSession()
  const signOut = useSignOut()
  const [theme, setTheme] = useState(chosenTheme)
  return (
    <Menu
      label="Account"
      trigger={<User size={16} aria-hidden />}
      header={
        <>
          <strong>{session.user.name}</strong>
          <br />
          {session.role} of {session.workspace.name}
        </>
      }
      items={[
        ...themes.map((one) => ({
          label: `${one.label}${one.theme === theme ? ' ✓' : ''}`,
          onSelect: () => {
            chooseTheme(one.theme)
            setTheme(one.theme)
          },
        })),
        { label: 'Sign out', onSelect: () => signOut.mutate() },
      ]}
    />
  )
}
