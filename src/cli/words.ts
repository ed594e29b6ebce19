import { didYouMean } from '../base/nearest.ts';
import { ALIASES, COMMANDS, nextWords } from './catalog.ts';
import { UsageError } from './failure.ts';
import { takesValue } from './global-options.ts';

/** A command line taken apart: the words that name a command or a topic, and everything else in its order. */
export interface Words {
  readonly path: string;
  readonly rest: readonly string[];
}

/**
 * Finds the words of a command line. Options of all commands may stand before, between and after them. Throws a `UsageError` at a word
 * that leads nowhere.
 */
export function findWords(argv: readonly string[]): Words {
  const rest: string[] = [];
  let path = '';
  for (let place = 0; place < argv.length; place++) {
    const token = argv[place] ?? '';
    if (COMMANDS.has(path) || token === '--') return { path, rest: [...rest, ...argv.slice(place)] };
    if (token.startsWith('-')) {
      rest.push(token);
      if (takesValue(token) && place + 1 < argv.length) rest.push(argv[++place] ?? '');
    } else {
      path = step(path, token);
    }
  }
  return { path, rest };
}

function step(path: string, word: string): string {
  const further = path === '' ? word : `${path} ${word}`;
  const next = ALIASES.get(further) ?? further;
  if (COMMANDS.has(next) || nextWords(next.split(' ')).length > 0) return next;
  const known = nextWords(path === '' ? [] : path.split(' '));
  const suggestion = didYouMean(word, path === '' ? [...known, ...ALIASES.keys()] : known);
  const hint = suggestion === '' ? `; possible: ${known.join(', ')}` : suggestion;
  throw new UsageError(`unknown command "${word}"${hint}`);
}
