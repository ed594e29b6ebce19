import type { AgentConfig } from '../../config/agent-schema.ts';
import type { LogManner } from '../logging.ts';

type LogConfig = Pick<AgentConfig, 'log_level' | 'log_format' | 'log_keep_days' | 'log_max_size'>;

/** How the configuration wants the log. `FORCE_LOG_ROTATION_PERIOD` (days) of the environment wins over what it says of the time. */
export function logManner(config: LogConfig, env: Readonly<Record<string, string | undefined>>): LogManner {
  const forced = /^\d{1,4}$/.exec(env['FORCE_LOG_ROTATION_PERIOD'] ?? '')?.[0];
  const keepDays = forced === undefined ? config.log_keep_days : Number(forced);
  return { level: config.log_level, format: config.log_format, keeping: { keepDays, maxBytes: config.log_max_size } };
}
