// What becomes of several values. NaN is no value; NaN is also the answer where there is none.

/** Makes one value of many. */
export type RowFunction = (row: Float64Array) => number;

function countOf(row: Float64Array): number {
  let count = 0;
  for (const value of row) if (!Number.isNaN(value)) count += 1;
  return count;
}

const presentOf = (row: Float64Array): Float64Array => row.filter((value) => !Number.isNaN(value));

function sum(row: Float64Array): number {
  let total = Number.NaN;
  for (const value of row) if (!Number.isNaN(value)) total = Number.isNaN(total) ? value : total + value;
  return total;
}

function diff(row: Float64Array): number {
  let rest = Number.NaN;
  for (const value of row) if (!Number.isNaN(value)) rest = Number.isNaN(rest) ? value : rest - value;
  return rest;
}

function max(row: Float64Array): number {
  let best = Number.NaN;
  for (const value of row) if (value > best || (Number.isNaN(best) && !Number.isNaN(value))) best = value;
  return best;
}

function min(row: Float64Array): number {
  let best = Number.NaN;
  for (const value of row) if (value < best || (Number.isNaN(best) && !Number.isNaN(value))) best = value;
  return best;
}

function median(row: Float64Array): number {
  const sorted = presentOf(row).sort();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Of the whole population. */
function stddev(row: Float64Array): number {
  const count = countOf(row);
  const mean = sum(row) / count;
  let squares = 0;
  for (const value of row) if (!Number.isNaN(value)) squares += (value - mean) * (value - mean);
  return count === 0 ? Number.NaN : Math.sqrt(squares / count);
}

function last(row: Float64Array): number {
  for (let at = row.length - 1; at >= 0; at--) {
    const value = row[at] as number;
    if (!Number.isNaN(value)) return value;
  }
  return Number.NaN;
}

function multiply(row: Float64Array): number {
  let product = row.length === 0 ? Number.NaN : 1;
  for (const value of row) product *= value;
  return product;
}

const average: RowFunction = (row) => sum(row) / countOf(row);
const range: RowFunction = (row) => max(row) - min(row);
const averageWithZero: RowFunction = (row) => {
  const total = sum(row);
  return (Number.isNaN(total) ? 0 : total) / row.length;
};

/** Every row function by the names that targets may use. */
export const ROW_FUNCTIONS: ReadonlyMap<string, RowFunction> = new Map([
  ['average', average],
  ['avg', average],
  ['avg_zero', averageWithZero],
  ['median', median],
  ['sum', sum],
  ['total', sum],
  ['min', min],
  ['max', max],
  ['diff', diff],
  ['stddev', stddev],
  ['count', countOf],
  ['range', range],
  ['rangeOf', range],
  ['multiply', multiply],
  ['last', last],
  ['current', last],
]);

/** The row functions that are used by name elsewhere. */
export const rows = { sum, max, min, average, last, count: countOf, multiply } as const;

/**
 * The value below which `percent` of the values lie, by rank `percent / 100 * (count + 1)`: the value at the next whole rank, or between two
 * values.
 */
export function percentile(values: Float64Array, percent: number, how: 'rank' | 'interpolated' = 'rank'): number {
  const sorted = presentOf(values).sort();
  const rank = (percent / 100) * (sorted.length + 1);
  const whole = how === 'rank' ? Math.ceil(rank) : Math.floor(rank);
  const lastAt = sorted.length - 1;
  const at = Math.min(lastAt, Math.max(0, whole - 1));
  const found = sorted[at] ?? Number.NaN;
  if (how === 'rank' || whole - 1 >= lastAt || whole < 1) return found;
  return found + (rank - whole) * ((sorted[at + 1] ?? found) - found);
}
