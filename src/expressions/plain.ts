import { fault } from './fault.ts';
import { checkElements, checkTextSize, type Meter } from './limits.ts';
import { Missing, Tuple, type Value, ValueSet } from './values.ts';

const MAX_DEPTH = 100;

/** The value that plain data (as JSON holds it) stands for: objects become dicts. What JSON cannot hold becomes None. */
export function fromPlain(data: unknown, meter: Meter, depth = 0): Value {
  if (typeof data === 'string') return checkedText(data);
  if (typeof data === 'boolean') return data;
  if (typeof data === 'number') return Number.isFinite(data) ? data : null;
  if (data === null || typeof data !== 'object' || data instanceof Missing) return null;
  if (depth > MAX_DEPTH) throw fault('LIMIT', 'nested too deeply');
  if (data instanceof Tuple || data instanceof ValueSet) return data;
  return Array.isArray(data) ? fromList(data, meter, depth) : fromMap(data, meter, depth);
}

function fromList(items: readonly unknown[], meter: Meter, depth: number): Value {
  checkElements(items.length);
  meter.elements(items.length);
  return items.map((item) => fromPlain(item, meter, depth + 1));
}

function fromMap(data: object, meter: Meter, depth: number): Value {
  const entries: readonly (readonly [string, unknown])[] = data instanceof Map ? [...data] : Object.entries(data);
  checkElements(entries.length);
  meter.elements(entries.length);
  return new Map(entries.map(([key, each]) => [key, fromPlain(each, meter, depth + 1)]));
}

function checkedText(text: string): string {
  checkTextSize(text.length);
  return text;
}
