import { fileURLToPath } from 'node:url';

/** In which language a package is written. */
export type Language = 'javascript' | 'python';

const HEAP_MB = 128;
const PYTHON = 'python3';

/** The runner as it was built, whether this is the source or what was built of it. */
const built = new URL(import.meta.url.endsWith('.ts') ? '../../dist/health/' : '../health/', import.meta.url);

/** The command that runs packages of a language; each process may use 128 MiB for what it keeps. */
export function programFor(language: Language): readonly [string, ...string[]] {
  if (language === 'python') return [PYTHON, '-B', fileURLToPath(new URL('runner/runner.py', built))];
  const limits = [`--max-old-space-size=${HEAP_MB}`, '--max-semi-space-size=2', '--v8-pool-size=1'];
  return [process.execPath, ...limits, '--no-warnings', fileURLToPath(new URL('runner/main.js', built))];
}

/** What the programs get to know of the environment: nothing of the agent's own. */
export const RUNNER_ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C.UTF-8',
  MALLOC_ARENA_MAX: '1',
} as const;
