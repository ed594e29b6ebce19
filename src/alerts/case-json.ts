import type { Alert } from '../model/alert.ts';
import type { Case } from './case.ts';

/** An alert as it is kept on disk. */
export const alertToJson = (alert: Alert) => ({
  ...alert,
  labels: [...alert.labels],
  notified: [...alert.notified],
});

/** The alert that `alertToJson` gave. */
export const alertFromJson = (kept: ReturnType<typeof alertToJson>): Alert => ({
  ...kept,
  labels: new Map(kept.labels),
  notified: new Map(kept.notified),
});

/** A case as it is kept on disk. */
export const caseToJson = (of: Case) => ({ ...of, alert: alertToJson(of.alert), told: [...of.told] });

/** The case that was kept; `undefined` when it is none. */
export function caseFromJson(kept: unknown): Case | undefined {
  if (!isKeptCase(kept)) return undefined;
  try {
    return { ...kept, alert: alertFromJson(kept.alert), told: new Map(kept.told) };
  } catch {
    return undefined;
  }
}

function isKeptCase(kept: unknown): kept is ReturnType<typeof caseToJson> {
  if (typeof kept !== 'object' || kept === null || !('alert' in kept && 'told' in kept && 'past' in kept)) return false;
  const { alert, told, past } = kept;
  return isAlert(alert) && Array.isArray(told) && Array.isArray(past);
}

/** Whether that was an alert. */
export const isAlert = (kept: unknown): boolean =>
  typeof kept === 'object' && kept !== null && 'id' in kept && 'key' in kept && 'notified' in kept && 'node' in kept;
