import { type CheckRecord, type ShownState, stateId } from '../model/check.ts';
import type { Family } from './exposition.ts';

const STATES = '0 ok, 1 warning, 2 critical, 3 unknown or pending';

/** What can be measured of the checks of this node. */
export function checkFamilies(checks: readonly CheckRecord[]): Family[] {
  const states = (of: (check: CheckRecord) => ShownState) =>
    checks.map((check) => ({ labels: { check: check.id, pack: check.packName }, value: stateId(of(check)) }));
  const numbers = (of: (check: CheckRecord) => number) =>
    checks.map((check) => ({ labels: { check: check.id }, value: of(check) }));
  return [
    gauge(
      'opsbro_check_state',
      `State of the last result: ${STATES}.`,
      states(({ state }) => state),
    ),
    gauge(
      'opsbro_check_hard_state',
      `Confirmed state: ${STATES}.`,
      states(({ hardState }) => hardState),
    ),
    gauge(
      'opsbro_check_seconds',
      'How long the last run of a check took.',
      numbers((check) => check.durationMs / 1_000),
    ),
    gauge(
      'opsbro_check_latency_seconds',
      'How long after it was due the last run of a check began.',
      numbers((check) => check.latencyMs / 1_000),
    ),
    gauge('opsbro_checks_stale', 'Checks that should have run long ago.', [
      { value: checks.filter(({ stale }) => stale).length },
    ]),
  ];
}

const gauge = (name: string, help: string, samples: Family['samples']): Family => ({
  name,
  help,
  type: 'gauge',
  samples,
});
