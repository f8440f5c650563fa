/** Shows a page to whoever may read what is on it, and says to others which right they lack. */
import { Outlet, useMatches } from '@tanstack/react-router'
import { Fragment } from 'react'
import { useLackOf, useSession, useSignOut } from '../api/context.tsx'
import type { Scope } from '../api/wire.ts'
import { areaOf, type Area } from '../areas.ts'
import { Button } from './button.tsx'
import { PageHeader } from './page-header.tsx'
import { EmptyState } from './states.tsx'

export function AreaGate() {
  const path = useMatches({ select: (matches) => matches.at(-1)?.fullPath ?? '/' })
  const area = areaOf(path)
  const lacking = useLackOf(area?.needs ?? [])
  if (area === undefined || lacking.length === 0) return <Outlet />
  return <Refused area={area} lacking={lacking} />
}

function Refused({ area, lacking }: { area: Area; lacking: Scope[] }) {
  const { workspace } = useSession()
  const signOut = useSignOut()
  return (
    <>
      <PageHeader title={area.label} />
      <EmptyState
        title="Your key may not read this."
        action={
          <Button busy={signOut.isPending} onClick={() => signOut.mutate()}>
            Sign in with another key
          </Button>
        }
      >
        It lacks the {lacking.length === 1 ? 'scope' : 'scopes'}{' '}
        {lacking.map((scope, index) => (
          <Fragment key={scope}>
            {index > 0 && ' and '}
            <code>{scope}</code>
          </Fragment>
        ))}
        . An admin or owner of {workspace.name} can make a key that has {lacking.length === 1 ? 'it' : 'them'}
        .
      </EmptyState>
    </>
  )
}
