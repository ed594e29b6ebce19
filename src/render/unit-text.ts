/** Multiples of 1000 or of 1024. */
export type UnitSystem = 'si' | 'binary';

const PREFIXES: Readonly<Record<UnitSystem, readonly (readonly [string, number])[]>> = {
  si: [
    ['P', 1e15],
    ['T', 1e12],
    ['G', 1e9],
    ['M', 1e6],
    ['k', 1e3],
  ],
  binary: [
    ['Pi', 1024 ** 5],
    ['Ti', 1024 ** 4],
    ['Gi', 1024 ** 3],
    ['Mi', 1024 ** 2],
    ['Ki', 1024],
  ],
};

/** A value with two decimals and the prefix that keeps it short, such as `1.50Ki` or `1.50 KiB`. */
export function scaledText(value: number, system: UnitSystem, unit = ''): string {
  const [prefix, size] = PREFIXES[system].find(([, least]) => Math.abs(value) >= least) ?? ['', 1];
  const scaled = value / size;
  // What is a whole number but for the noise of its last bits is shown as one.
  const rounded = Math.abs(scaled - Math.round(scaled)) < 1e-9 ? Math.round(scaled) : scaled;
  return `${rounded.toFixed(2)}${unit === '' ? '' : ' '}${prefix}${unit}`;
}
