/** Short notices that go by themselves: `useToast()('Saved.')`. What must be read stands on the page instead. */
import { Toast } from '@base-ui/react/toast'
import { X } from 'lucide-react'
import { useCallback, type ReactNode } from 'react'
import styles from './toast.module.css'

export function ToastProvider({ children }: { children: ReactNode }) {
  return (
    <Toast.Provider timeout={5000}>
      {children}
      <Toast.Portal>
        <Toast.Viewport className={styles['viewport']}>
          <Toasts />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  )
}

function Toasts() {
  const { toasts } = Toast.useToastManager()
  return toasts.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} aria-label="Notice" className={styles['toast']}>
      <Toast.Description />
      <Toast.Close className={styles['close']} aria-label="Dismiss">
        <X size={14} aria-hidden />
      </Toast.Close>
    </Toast.Root>
  ))
}

export function useToast(): (text: string) => void {
  const { add } = Toast.useToastManager()
  return useCallback((text: string) => void add({ description: text }), [add])
}
