import { UsageError } from '../failure.ts';

/** Arguments as a command line writes them; all values are text. */
export interface Inputs {
  readonly args: readonly string[];
  readonly kwargs: Readonly<Record<string, string>>;
}

const WELL_FORMED = /^([^,]+,)*([^,]+)$/;

/** Reads `a,b,key=value`: an item with exactly one `=` has a name, every other one a place. Throws a `UsageError`. */
export function readInputs(written: string | undefined): Inputs {
  if (written === undefined) return { args: [], kwargs: {} };
  if (!WELL_FORMED.test(written)) {
    throw new UsageError('Action arguments are not well-formed. Expected: "a1,...,aN,kv1=a,...,kvN=b"');
  }
  const items = written.split(',');
  const isNamed = (item: string) => item.split('=').length === 2;
  return {
    args: items.filter((item) => !isNamed(item)),
    kwargs: Object.fromEntries(items.filter(isNamed).map((item) => item.split('=') as [string, string])),
  };
}
