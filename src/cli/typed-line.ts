/** A command line that is being typed, as a shell hands it over. */
export interface TypedLine {
  /** The whole words before the one that is typed. */
  readonly before: readonly string[];
  /** What is there of the word that is typed, beside `kept`. */
  readonly typed: string;
  /** The beginning of that word that is no part of a candidate: `--zone=`. */
  readonly kept: string;
}

/** Reads `--zone=lan` as two words, and so the three that Bash makes of it. */
export function typedLine(words: readonly string[]): TypedLine {
  const typed = words.at(-1) ?? '';
  const isSign = (place: number) => words[place] === '=' && (words[place - 1] ?? '').startsWith('--');
  const before = words.slice(0, -1).flatMap((word, place) => (isSign(place) ? [] : partsOf(word)));
  if (isSign(words.length - 1)) return { before, typed: '', kept: '' };
  const [option, value] = partsOf(typed);
  if (option === undefined || value === undefined) return { before, typed, kept: '' };
  return { before: [...before, option], typed: value, kept: `${option}=` };
}

function partsOf(word: string): readonly string[] {
  const [, option, value] = /^(--[\w-]+)=(.*)$/s.exec(word) ?? [];
  return option === undefined || value === undefined ? [word] : [option, value];
}
