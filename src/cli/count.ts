import { UsageError } from './failure.ts';

interface Bounds {
  readonly least: number;
  readonly most: number;
}

/** The whole number that an option such as `--count` was given. Throws a usage error that names what would be right. */
export function countIn(option: string, written: string, { least, most }: Bounds): number {
  const count = /^\d{1,9}$/.test(written) ? Number(written) : Number.NaN;
  if (count >= least && count <= most) return count;
  throw new UsageError(`${option}: "${written}" is not possible; write a whole number from ${least} to ${most}`);
}
