const BLOCKS = [...'▁▂▃▄▅▆▇█'];
const LETTERS = [...'_.-~=+*#'];
const NOTHING = ' ';

/** Values as a line of signs, each as high as its value is between the least and the greatest; a blank where there is none. */
export function sparkline(values: readonly (number | null)[], { unicode }: { readonly unicode: boolean }): string {
  const signs = unicode ? BLOCKS : LETTERS;
  const known = values.filter((value) => value !== null);
  const least = known.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = known.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const signOf = (value: number): string => {
    if (most === least) return signs[0] ?? NOTHING;
    // Halves first: what lies between two huge numbers may be more than a number can be.
    const part = (value / 2 - least / 2) / (most / 2 - least / 2);
    return signs[Math.min(signs.length - 1, Math.floor(part * signs.length))] ?? NOTHING;
  };
  return values.map((value) => (value === null ? NOTHING : signOf(value))).join('');
}
