import { useState } from 'react'
import { useApi } from '../../../api/context.tsx'
import { asProblem } from '../../../api/problem.ts'
import type { SharedTool } from '../../../api/wire.ts'
import { Button } from '../../../components/button.tsx'
import { Dialog, DialogActions } from '../../../components/dialog.tsx'
import { TextArea, TextField } from '../../../components/field.tsx'
import { printJsonProblem, readJson } from '../document/json-problem.ts'
import { isJsonObject, type JsonObject } from '../document/json.ts'
import { asSentence, type FieldProblem } from '../editor/editor-state.ts'
import editorStyles from '../editor/editor.module.css'
import { useEditor } from '../editor/use-editor.tsx'
import { argumentsOf, timeParameters } from './arguments.ts'
import { toolTitle } from './kinds.ts'
import { parametersOf } from './parameters.ts'
import styles from './tools.module.css'
import { TrialResult, type ToolTrial } from './trial-result.tsx'

const mask = '***'

function schemaOf(tool: JsonObject, shared: readonly SharedTool[]): JsonObject {
  if (tool['type'] === 'get_current_time') return timeParameters
  const found = shared.find(({ id }) => id === tool['tool_id'])
  const schema = found?.parameters ?? tool['parameters']
  return isJsonObject(schema) ? schema : {}
}

/** Calls a tool once with arguments that are typed here. Values of headers that are stored are used unless others are typed. */
export function TryToolDialog(props: {
  tool: JsonObject
  shared: readonly SharedTool[]
  onClose: () => void
}) {
  const { tool, shared, onClose } = props
  const { agent } = useEditor()
  const api = useApi()
  const schema = schemaOf(tool, shared)
  const parameters = parametersOf(schema)
  const headers = isJsonObject(tool['headers']) ? tool['headers'] : {}
  const hidden = Object.keys(headers).filter((name) => headers[name] === mask)
  const [texts, setTexts] = useState<Record<string, string>>({})
  const [secrets, setSecrets] = useState<Record<string, string>>({})
  const [json, setJson] = useState<string | null>(null)
  const [problems, setProblems] = useState<FieldProblem[]>([])
  const [refusal, setRefusal] = useState<string | null>(null)
  const [trial, setTrial] = useState<ToolTrial | null>(null)
  const [busy, setBusy] = useState(false)

  function problemAt(field: string): string | undefined {
    const problem = problems.find((one) => one.field === field)
    return problem && asSentence(problem.message)
  }
  const shownFields = new Set([
    ...(json === null ? parameters.map(({ name }) => `arguments.${name}`) : []),
    ...hidden.map((name) => `tool.headers.${name}`),
  ])
  const others = problems.filter(({ field }) => !shownFields.has(field))

  async function call(): Promise<void> {
    const read = json === null ? { value: argumentsOf(parameters, texts) } : readJson(json)
    setTrial(null)
    setRefusal(null)
    if ('problem' in read)
      return setProblems([{ field: 'arguments', message: printJsonProblem(read.problem) }])
    setProblems([])
    setBusy(true)
    const typed = Object.fromEntries(Object.entries(secrets).filter(([, value]) => value !== ''))
    const written =
      hidden.length === 0
        ? { tool }
        : { tool: { ...tool, headers: { ...headers, ...typed } }, agent_id: agent.id }
    const chosen = tool['type'] === 'reference' ? { tool_id: tool['tool_id'] } : written
    try {
      setTrial(await api.post<ToolTrial>('/tools/try', { ...chosen, arguments: read.value }))
    } catch (error) {
      const problem = asProblem(error)
      setProblems(problem.errors)
      setRefusal(problem.errors.length === 0 ? problem.detail : null)
    } finally {
      setBusy(false)
    }
  }

  return (
    <Dialog
      open
      wide
      onOpenChange={onClose}
      title={`Try ${toolTitle(tool, new Map(shared.map(({ id, name }) => [id, name])))}`}
      description="The server calls it once, for real, without asking for approval. Only the fact that it was tried is recorded."
    >
      <form
        className={styles['form']}
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          void call()
        }}
      >
        {json === null ? (
          parameters.map((parameter) => (
            <TextField
              key={parameter.name}
              label={parameter.required ? parameter.name : `${parameter.name} (optional)`}
              hint={hintOf(parameter.schema)}
              value={texts[parameter.name] ?? ''}
              onChange={({ target }) => setTexts({ ...texts, [parameter.name]: target.value })}
              error={problemAt(`arguments.${parameter.name}`)}
            />
          ))
        ) : (
          <TextArea
            label="Arguments as JSON"
            mono
            rows={8}
            value={json}
            onChange={({ target }) => setJson(target.value)}
            error={problemAt('arguments')}
          />
        )}
        {json === null && parameters.length === 0 && (
          <p className={editorStyles['note']}>It is called without arguments.</p>
        )}
        {hidden.map((name) => (
          <TextField
            key={name}
            label={`Value of the header ${name}`}
            hint="Nobody is shown the stored value. Another one that is typed here is used for this call only."
            placeholder="Stored; type to use another"
            type="password"
            autoComplete="off"
            value={secrets[name] ?? ''}
            onChange={({ target }) => setSecrets({ ...secrets, [name]: target.value })}
            error={problemAt(`tool.headers.${name}`)}
          />
        ))}
        {(refusal !== null || others.length > 0) && (
          <div role="alert" className={editorStyles['error']}>
            {refusal}
            {others.map(({ field, message }) => (
              <p key={field}>
                <code>{field}</code>: {message}
              </p>
            ))}
          </div>
        )}
        <div aria-live="polite">{trial !== null && <TrialResult trial={trial} />}</div>
        <DialogActions>
          <Button
            look="quiet"
            onClick={() =>
              setJson(json === null ? JSON.stringify(argumentsOf(parameters, texts), null, 2) : null)
            }
          >
            {json === null ? 'Arguments as JSON' : 'Arguments as a form'}
          </Button>
          <Button onClick={onClose}>Close</Button>
          <Button look="primary" type="submit" busy={busy}>
            Call it once
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}

function hintOf({ type, description }: JsonObject): string {
  const kind = typeof type === 'string' ? type : 'any value'
  return typeof description === 'string' ? `${description} (${kind})` : kind
}
