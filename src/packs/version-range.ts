/** Major, minor and patch; what is not written is missing. */
type Written = readonly (number | undefined)[];
type Version = readonly [number, number, number];
type Test = (version: Version) => boolean;

const COMPARATOR = /^(>=|<=|>|<|=|\^|~)?\s*v?(\d+|[xX*])?(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?(?:[-+][\w.+-]*)?$/;

/**
 * Whether a version lies in a semver range: comparators (`>=1.2`), `^1.2`, `~1.2`, `1.x`, `*`, `1.0 - 2.0`, several parted by blanks (all
 * must hold) and by `||` (any). Versions may be short; what follows a dash is left out of account. `undefined`: the range cannot be read.
 */
export function isInRange(version: string, range: string): boolean | undefined {
  const tests = range.split('||').map(testOf);
  const numbers = numbersOf(version);
  if (!numbers || tests.includes(undefined)) return undefined;
  return tests.some((test) => test?.(lowest(numbers)));
}

function testOf(range: string): Test | undefined {
  const spread = /^\s*(\S+)\s+-\s+(\S+)\s*$/.exec(range);
  const words = spread
    ? [`>=${spread[1]}`, `<=${spread[2]}`]
    : range
        .trim()
        .replace(/(>=|<=|>|<|=|\^|~)\s+/g, '$1')
        .split(/\s+/);
  const tests = words.map(comparator);
  if (tests.includes(undefined)) return undefined;
  return (version) => tests.every((test) => test?.(version));
}

function comparator(word: string): Test | undefined {
  if (word === '') return () => true;
  const [matched, operator = '', ...parts] = COMPARATOR.exec(word) ?? [];
  if (matched === undefined || (operator !== '' && parts[0] === undefined)) return undefined;
  const written = parts.map((part) => (part === undefined || /[xX*]/.test(part) ? undefined : Number(part)));
  const from = lowest(written);
  const after = next(written, depthOf(operator, written));
  switch (operator) {
    case '>=':
      return (version) => compare(version, from) >= 0;
    case '<':
      return (version) => compare(version, from) < 0;
    // Of a short version everything that begins with it counts as equal to it.
    case '>':
      return (version) => after !== undefined && compare(version, after) >= 0;
    case '<=':
      return (version) => after === undefined || compare(version, after) < 0;
    default:
      return (version) => compare(version, from) >= 0 && (after === undefined || compare(version, after) < 0);
  }
}

/** How many parts have to be the same; `^` keeps the first that is not 0, `~` the second. */
function depthOf(operator: string, written: Written): number {
  const given = written.indexOf(undefined);
  const length = given === -1 ? 3 : given;
  if (operator === '~') return Math.min(2, length);
  if (operator !== '^') return length;
  const first = written.findIndex((part) => part !== undefined && part !== 0);
  return Math.min(first === -1 ? length : first + 1, length);
}

/** The first version that no longer begins with the first `depth` parts; none when everything does. */
function next(written: Written, depth: number): Version | undefined {
  if (depth === 0) return undefined;
  return lowest(written.slice(0, depth).map((part = 0, index) => (index === depth - 1 ? part + 1 : part)));
}

const lowest = ([major = 0, minor = 0, patch = 0]: Written): Version => [major, minor, patch];

function numbersOf(version: string): Written | undefined {
  const found = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(version.trim());
  return found?.slice(1).map((part) => (part === undefined ? undefined : Number(part)));
}

function compare(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}
