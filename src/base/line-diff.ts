const MAX_CELLS = 4_000_000;

interface Step {
  readonly sign: '-' | '+' | ' ';
  /** From 1; in the new text, for a line that is gone in the old one. */
  readonly number: number;
  readonly line: string;
}

/**
 * What differs between two texts, with one line around each change: `-NNNN: line` for a line that is gone, `+NNNN: line` for a new one,
 * ` NNNN: line` for one that stayed. Texts so long that comparing would take more than a moment are told as all gone and all new.
 */
export function lineDiff(before: string, after: string): string[] {
  if (before === after) return [];
  const steps = stepsBetween(linesOf(before), linesOf(after));
  const isShown = (index: number) => [index - 1, index, index + 1].some((at) => (steps[at]?.sign ?? ' ') !== ' ');
  return steps.flatMap(({ sign, number, line }, index) =>
    isShown(index) ? [`${sign}${String(number).padStart(4, '0')}: ${line}`] : [],
  );
}

const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));

/** The shortest way from one text to the other, by the longest common subsequence of their lines. */
function stepsBetween(before: readonly string[], after: readonly string[]): Step[] {
  const width = after.length + 1;
  const isShort = (before.length + 1) * width <= MAX_CELLS;
  const lengths = isShort ? commonLengths(before, after) : new Uint16Array(0);
  const lengthAt = (i: number, j: number) => lengths[i * width + j] ?? 0;
  const steps: Step[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    const [old, fresh] = [before[i], after[j]];
    if (isShort && old !== undefined && old === fresh) {
      steps.push({ sign: ' ', number: j + 1, line: old });
      i += 1;
      j += 1;
    } else if (old !== undefined && (fresh === undefined || lengthAt(i + 1, j) >= lengthAt(i, j + 1))) {
      steps.push({ sign: '-', number: i + 1, line: old });
      i += 1;
    } else {
      steps.push({ sign: '+', number: j + 1, line: fresh ?? '' });
      j += 1;
    }
  }
  return steps;
}

/** Lengths of the longest common subsequences of what is left from each pair of lines on. */
function commonLengths(before: readonly string[], after: readonly string[]): Uint16Array {
  const width = after.length + 1;
  const lengths = new Uint16Array((before.length + 1) * width);
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      const [down, right] = [lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0];
      const both = (lengths[(i + 1) * width + j + 1] ?? 0) + 1;
      lengths[i * width + j] = before[i] === after[j] ? both : Math.max(down, right);
    }
  }
  return lengths;
}
