import type { CheckRecord } from '../../src/model/check.ts';
import type { Evaluated } from '../../src/model/expression.ts';
import type { Host } from '../../src/net/host.ts';
import type { CheckContext } from '../../src/plugins/kinds.ts';
import { USUAL_RULES } from '../../src/plugins/script-command.ts';
import { fakeHost } from './host.ts';

/** A check that has never run. */
export const PENDING_RECORD: CheckRecord = {
  id: 'linux/load',
  displayName: 'load',
  packName: 'linux',
  packLevel: 'global',
  kind: 'expression',
  state: 'pending',
  oldState: 'pending',
  hard: true,
  hardState: 'pending',
  attempt: 1,
  maxAttempts: 1,
  hardSince: null,
  lastHardChange: null,
  lastChange: null,
  lastCheck: null,
  nextCheck: null,
  durationMs: 0,
  latencyMs: 0,
  output: '',
  longOutput: '',
  perfdata: [],
  stderr: '',
  exit: null,
  command: [],
  recent: [],
  flapping: false,
  flapPercent: 0,
  stale: false,
  expired: false,
  suppressedBy: [],
  isWaiting: false,
  isDisabled: false,
  service: '',
};

interface Given {
  readonly host?: Host;
  readonly macros?: Readonly<Record<string, string>>;
  readonly answers?: Readonly<Record<string, Evaluated>>;
  readonly previous?: Partial<CheckRecord>;
}

/** What a check gets, with macros and the outcomes of expressions as given; any other expression fails. */
export function checkContext({ host = fakeHost(), macros = {}, answers = {}, previous }: Given): CheckContext {
  return {
    host,
    clock: host.clock,
    macro: (name) => (Object.hasOwn(macros, name) ? macros[name] : undefined),
    evaluate: async (text) => answers[text] ?? { type: 'error', message: `nobody knows ${text}` },
    previous: { ...PENDING_RECORD, ...previous },
    scripts: USUAL_RULES,
  };
}

/** An outcome that is a value. */
export const valued = (value: unknown): Evaluated => ({
  type: 'value',
  value,
  text: String(value),
  truth: Boolean(value),
});
