import { useForm } from 'react-hook-form'
import { useEffect, useState } from 'react'
import { messageOf } from '../../api/form-problems.ts'
import { asProblem } from '../../api/problem.ts'
import { Button } from '../../components/button.tsx'
import { TextField } from '../../components/field.tsx'
import { Form } from '../../components/form.tsx'
import { Notice } from '../../components/notice.tsx'
import styles from './sign-in-page.module.css'

/** `notice`: why the person is here again: a used link, an ended session. */
export function SignInPage(props: { notice: string | null; signIn: (key: string) => Promise<void> }) {
  const form = useForm({ defaultValues: { key: '' } })
  const [problem, setProblem] = useState<string | null>(null)
  const submit = form.handleSubmit(async ({ key }) => {
    setProblem(null)
    try {
      await props.signIn(key.trim())
    } catch (error) {
      setProblem(asProblem(error).detail)
    }
  })
  const message = problem ?? props.notice
  useEffect(() => {
    document.title = 'Sign in · Parley'
  }, [])
  return (
    <main className={styles['page']}>
      <h1>Sign in to Parley</h1>
      {message !== null && (
        <Notice tone="warn" role="alert">
          {message}
        </Notice>
      )}
      <Form submit={submit}>
        <TextField
          label="API key"
          type="password"
          autoComplete="current-password"
          hint={
            <>
              Any key of this server. The owner key is in the file <code>owner-key</code> of its data
              directory.
            </>
          }
          error={messageOf(form, 'key')}
          {...form.register('key', { required: 'Paste an API key.' })}
        />
        <Button type="submit" look="primary" busy={form.formState.isSubmitting}>
          Sign in
        </Button>
      </Form>
      <p className={styles['other']}>
        On the machine of the server, <code>npm run parley -- console</code> prints a link that signs you in
        without a key.
      </p>
    </main>
  )
}
