import { createRootRoute } from '@tanstack/react-router'
import { AppShell } from './components/app-shell.tsx'
import { ButtonLink } from './components/button-link.tsx'
import { PageHeader } from './components/page-header.tsx'
import { Skeleton } from './components/spinner.tsx'
import { EmptyState, ErrorState } from './components/states.tsx'

function NotFound() {
  return (
    <>
      <PageHeader title="There is no page here" />
      <EmptyState
        title="This address is not one of the console’s."
        action={
          <ButtonLink to="/agents" look="primary">
            Go to the agents
          </ButtonLink>
        }
      >
        The link may be mistyped, or what it led to may be gone.
      </EmptyState>
    </>
  )
}

/** The parent of every page. */
export const rootRoute = createRootRoute({
  component: AppShell,
  notFoundComponent: NotFound,
  errorComponent: ({ error, reset }) => <ErrorState error={error} onRetry={reset} />,
  pendingComponent: () => <Skeleton lines={6} />,
})
