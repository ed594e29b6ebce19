/** A line of the audit as programs get it: by the API and the websocket. */
import type { RepairRecord } from './repair.ts';

/** The record as JSON. */
export const repairJson = ({ isFixed, durationMs, maxAttempts, args, kwargs, ...rest }: RepairRecord) => ({
  ...rest,
  ...{ args: [...args], kwargs: { ...kwargs }, fixed: isFixed, duration_ms: durationMs, max_attempts: maxAttempts },
});
