/** The areas of the console, as the navigation lists them, and what must be allowed to see each. */
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
  Users,
  type LucideIcon,
} from 'lucide-react'
import type { Scope } from './api/wire.ts'

export interface Area {
  to: string
  label: string
  icon: LucideIcon
  needs: readonly Scope[]
}

const playground: Area = {
  to: '/playground',
  label: 'Playground',
  icon: MessagesSquare,
  needs: ['agents:read', 'runs:read'],
}

export const areas: readonly Area[] = [
  { to: '/', label: 'Home', icon: House, needs: [] },
  { to: '/agents', label: 'Agents', icon: Bot, needs: ['agents:read'] },
  playground,
  { to: '/runs', label: 'Runs', icon: Activity, needs: ['runs:read'] },
  { to: '/approvals', label: 'Approvals', icon: CircleCheck, needs: ['runs:read'] },
  { to: '/keys', label: 'Keys', icon: KeyRound, needs: ['keys:read'] },
  { to: '/members', label: 'Members', icon: Users, needs: ['members:read'] },
  { to: '/connections', label: 'Connections', icon: Plug, needs: ['connections:read'] },
  { to: '/usage', label: 'Usage', icon: BarChart3, needs: ['usage:read'] },
  { to: '/setup', label: 'Setup', icon: Rocket, needs: [] },
]

/** The area of a page by the path of its route, `/runs/$runId`. */
export function areaOf(path: string): Area | undefined {
  if (path.endsWith('/playground')) return playground
  return areas.find(({ to }) => path === to || (to !== '/' && path.startsWith(`${to}/`)))
}
