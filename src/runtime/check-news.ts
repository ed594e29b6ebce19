import type { CheckRecord } from '../model/check.ts';
import type { Suppression } from './suppression.ts';

/** What of a check others are told of when it changes. */
const TOLD = ['state', 'hard', 'hardState', 'flapping', 'stale', 'expired', 'isDisabled', 'isWaiting'] as const;

/** Whether a check changed in a way that others are told of. */
export const isNews = (before: CheckRecord, after: CheckRecord): boolean =>
  TOLD.some((field) => before[field] !== after[field]) ||
  before.suppressedBy.join('\n') !== after.suppressedBy.join('\n');

/** A check as it is shown with what its parents do to it. */
export const withSuppression = (record: CheckRecord, { suppressedBy, isWaiting }: Suppression): CheckRecord =>
  suppressedBy.length === 0 && !isWaiting ? record : { ...record, suppressedBy, isWaiting };
