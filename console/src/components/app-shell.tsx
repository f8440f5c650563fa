/**
 * What is around every page: a link past the navigation, the navigation (a side bar; a bar that scrolls sideways at the
 * top when it is narrow), who is signed in. `navigation` is the one list of areas.
 */
import { Link, Outlet, useLocation } from '@tanstack/react-router'
import {
  Activity,
  BarChart3,
  Bot,
  CircleCheck,
  House,
  KeyRound,
  MessagesSquare,
  Plug,
  Rocket,
  User,
  Users,
  type LucideIcon,
} from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useSession, useSignOut } from '../api/context.tsx'
import { useFeed } from '../api/use-feed.ts'
import { chooseTheme, chosenTheme, type Theme } from '../styles/theme.ts'
import styles from './app-shell.module.css'
import { Menu } from './menu.tsx'

const navigation: { to: string; label: string; icon: LucideIcon }[] = [
  { to: '/', label: 'Home', icon: House },
  { to: '/agents', label: 'Agents', icon: Bot },
  { to: '/playground', label: 'Playground', icon: MessagesSquare },
  { to: '/runs', label: 'Runs', icon: Activity },
  { to: '/approvals', label: 'Approvals', icon: CircleCheck },
  { to: '/keys', label: 'Keys', icon: KeyRound },
  { to: '/members', label: 'Members', icon: Users },
  { to: '/connections', label: 'Connections', icon: Plug },
  { to: '/usage', label: 'Usage', icon: BarChart3 },
  { to: '/setup', label: 'Setup', icon: Rocket },
]

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
            <p className={styles['lost']}>
              The server does not answer; trying again. What you see may be out of date.
            </p>
          )}
        </div>
        <Outlet />
      </main>
    </div>
  )
}

/** Where the bar is narrower than its areas, the one that is open is moved into view. */
function Navigation() {
  const bar = useRef<HTMLElement>(null)
  const path = useLocation({ select: ({ pathname }) => pathname })
  const shown = useRef<string | null>(null)
  useEffect(() => {
    const open = bar.current?.querySelector<HTMLElement>('[aria-current]')
    if (!bar.current || !open || shown.current === path) return
    shown.current = path
    bar.current.scrollLeft = open.offsetLeft + open.offsetWidth / 2 - bar.current.clientWidth / 2
  })
  return (
    <nav ref={bar} aria-label="Areas" className={styles['nav']}>
      {navigation.map(({ to, label, icon: Icon }) => (
        <Link
          key={to}
          to={to}
          className={styles['item']}
          activeProps={{ 'aria-current': 'page' }}
          // Every address is below home.
          activeOptions={{ exact: to === '/' }}
        >
          <Icon size={16} aria-hidden />
          {label}
        </Link>
      ))}
    </nav>
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
