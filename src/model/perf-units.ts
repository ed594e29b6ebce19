import type { PerfItem } from './perfdata.ts';

const SECONDS: ReadonlyMap<string, number> = new Map([
  ['s', 1],
  ['ms', 1e-3],
  ['us', 1e-6],
  ['ns', 1e-9],
]);

const PREFIXES = 'KMGTPE';
const BYTES = /^([kmgtpe])?(?:i?)B$/i;

/** By what a number of a plugin has to be multiplied to be in seconds or bytes; 1 for any other unit. */
export function scaleOf(unit: string): number {
  const seconds = SECONDS.get(unit);
  if (seconds !== undefined) return seconds;
  const bytes = unit.endsWith('B') ? BYTES.exec(unit) : null;
  if (!bytes) return 1;
  const [, prefix] = bytes;
  return prefix === undefined ? 1 : 1_024 ** (PREFIXES.indexOf(prefix.toUpperCase()) + 1);
}

/** A measured value in seconds or bytes where its unit is one of time or size; `null` when the plugin did not know it. */
export const baseValue = ({ value, unit }: Pick<PerfItem, 'value' | 'unit'>): number | null =>
  // Twelve digits are more than any plugin measures, and fewer than what multiplying makes up.
  value === null ? null : Number((value * scaleOf(unit)).toPrecision(12));
