import type { Setting } from '../config/load.ts'
import { printable, type Paint } from './paint.ts'

/** `ok` works, `note` is worth knowing, `warn` should be looked at, `broken` keeps something from working. */
export type Health = 'ok' | 'note' | 'warn' | 'broken'

export interface Finding {
  topic: 'node' | 'configuration' | 'data directory' | 'disk' | 'server' | 'models'
  health: Health
  sentence: string
}

export interface Report {
  findings: Finding[]
  settings: Setting[]
}

export function isHealthy(report: Report): boolean {
  return report.findings.every(({ health }) => health !== 'broken')
}

/** The report for people. */
export function printReport(report: Report, paint: Paint): string {
  const marks: Record<Health, string> = {
    ok: paint.green('✓'),
    note: paint.dim('·'),
    warn: paint.yellow('!'),
    broken: paint.red('✗'),
  }
  const width = Math.max(...report.settings.map(({ env }) => env.length))
  const settings = report.settings.map(({ env, shown, source }) => {
    const text = `${env.padEnd(width)}  ${printable(shown)}`
    return source === 'default' ? paint.dim(text) : paint.bold(text)
  })
  const findings = report.findings.map(({ health, topic, sentence }) => {
    return `${marks[health]} ${topic.padEnd(14)}  ${printable(sentence).replaceAll('\n', '\n                  ')}`
  })
  const count = report.findings.filter(({ health }) => health === 'broken').length
  const verdict =
    count === 0
      ? paint.green('Nothing is broken.')
      : paint.red(`${count} ${count === 1 ? 'thing is' : 'things are'} broken.`)
  return [...settings, '', ...findings, '', verdict, ''].join('\n')
}
