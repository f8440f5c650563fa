import { pino, type Logger } from 'pino'

/**
 * One logger per subsystem: static message, structured fields. What a person said, typed or dialled goes under the
 * key `personal`, so that an operator can drop it in one place.
 */
export type Log = Logger

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** Logs to standard error, or to `write` when it is given. */
export function createLog(options: {
  level: LogLevel
  format: 'json' | 'pretty'
  write?: (line: string) => void
}): Log {
  const base = {
    level: options.level,
    base: undefined,
    redact: { paths: ['personal'], censor: '[personal]' },
  }
  if (options.write) return pino(base, { write: options.write })
  if (options.format === 'json') return pino(base, pino.destination({ fd: 2, sync: true }))
  return pino({
    ...base,
    transport: {
      target: 'pino-pretty',
      options: {
        destination: 2,
        sync: true,
        translateTime: 'HH:MM:ss',
        ignore: 'pid,hostname',
        singleLine: true,
      },
    },
  })
}

export const silentLog: Log = pino({ level: 'silent' })
