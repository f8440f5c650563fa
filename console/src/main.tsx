import { CSPProvider } from '@base-ui/react/csp-provider'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createApi } from './api/client.ts'
import { ApiProvider } from './api/context.tsx'
import { createQueryClient } from './api/query.ts'
import { ToastProvider } from './components/toast.tsx'
import { SessionGate, takeLinkToken } from './pages/sign-in/session-gate.tsx'
import { createConsoleRouter } from './routes.tsx'
import { startTheme } from './styles/theme.ts'
import './styles/tokens.css'
import './styles/base.css'

startTheme()
const linkToken = takeLinkToken()
const root = document.querySelector('#root')
if (root === null) throw new Error('index.html has no element with the id root.')

createRoot(root).render(
  <StrictMode>
    {/* Our content security policy allows no style elements; ours are in the style sheets. */}
    <CSPProvider disableStyleElements>
      <ApiProvider value={createApi()}>
        <QueryClientProvider client={createQueryClient()}>
          <ToastProvider>
            <SessionGate linkToken={linkToken}>
              <RouterProvider router={createConsoleRouter()} />
            </SessionGate>
          </ToastProvider>
        </QueryClientProvider>
      </ApiProvider>
    </CSPProvider>
  </StrictMode>,
)
