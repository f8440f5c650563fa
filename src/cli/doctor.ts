import { Command } from 'commander'
import { describeSettings, loadConfig } from '../config/load.ts'
import { AppError } from '../errors.ts'
import { connect, withConnectionFlags, type ConnectionFlags } from './context.ts'
import type { ExitReason } from './exit.ts'
import { isHealthy, printReport, type Finding } from './findings.ts'
import { inspectDataDirectory, inspectDisk, inspectNode, type LockState } from './inspect-machine.ts'
import { inspectServer } from './inspect-server.ts'
import { paintFor, type Terminal } from './terminal.ts'

const help = `
Says what is configured and where it comes from (secrets are masked), what state the data directory is in, whether
the server answers, what is degraded and which models it reaches. Exits with 1 when something is broken.`

export interface DoctorParts {
  version: string
  vendorVariables: readonly string[]
  /** Whether a process has this data directory open. Only asked for a directory that exists. */
  lockState(dataDir: string): LockState | Promise<LockState>
}

export function doctorCommand(
  parts: DoctorParts,
  terminal: Terminal,
  finish: (reason: ExitReason) => void,
): Command {
  return withConnectionFlags(new Command('doctor').description('say what is configured and what is wrong'))
    .option('--json', 'print the report as JSON')
    .addHelpText('after', help)
    .action(async (flags: ConnectionFlags & { json?: boolean }) => {
      const findings: Finding[] = [inspectNode(process.versions.node), ...inspectConfiguration(parts)]
      const settings = describeSettings(undefined, parts.vendorVariables)
      const report = { findings, settings }
      let noColor = false
      try {
        using connection = connect(flags)
        const { client, config, keySource } = connection
        noColor = config.noColor
        const named = flags.url !== undefined || config.url !== null
        findings.push(...(await inspectDataDirectory(config.dataDir, () => parts.lockState(config.dataDir))))
        findings.push(await inspectDisk(config.dataDir))
        findings.push(...(await inspectServer({ client, version: parts.version, named, keySource })))
      } catch (error) {
        // The configuration is wrong, which is among the findings already; without it there is no place to look.
        if (!(error instanceof AppError) || error.code !== 'invalid_configuration') throw error
      }
      const healthy = isHealthy(report)
      terminal.output.write(
        flags.json === true
          ? `${JSON.stringify({ healthy, ...report }, null, 2)}\n`
          : printReport(report, paintFor(terminal.output, noColor)),
      )
      finish(healthy ? 'ok' : 'failed')
    })
}

function inspectConfiguration({ vendorVariables }: DoctorParts): Finding[] {
  const topic = 'configuration'
  try {
    const { warnings } = loadConfig(undefined, { vendorVariables })
    const found = warnings.map((sentence): Finding => ({ topic, health: 'warn', sentence }))
    return [...found, { topic, health: 'ok', sentence: 'Every option is valid.' }]
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return error.fields.map(({ message }): Finding => ({ topic, health: 'broken', sentence: message }))
  }
}
