import { didYouMean } from '../base/nearest.ts';
import { ALIASES, COMMANDS, nextWords } from './catalog.ts';
import { UsageError } from './failure.ts';
import { GLOBAL_OPTIONS, isOfAll, takesValue } from './global-options.ts';

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
      path = step(path, token, argv[place - 1] ?? '');
    }
  }
  return { path, rest };
}

function step(path: string, word: string, before: string): string {
  const further = path === '' ? word : `${path} ${word}`;
  const next = ALIASES.get(further) ?? further;
  if (COMMANDS.has(next) || nextWords(next.split(' ')).length > 0) return next;
  throw lost(path, word, before);
}

/** What is wrong is mostly the option before, whose value was taken for a word. */
function lost(path: string, word: string, before: string): UsageError {
  if (/^-./.test(before) && !isOfAll(before))
    return new UsageError(
      `unknown option "${before}"${nearestOption(before)}; options of one command stand after its words (see opsbro --help)`,
    );
  const known = nextWords(path === '' ? [] : path.split(' '));
  const suggestion = didYouMean(word, path === '' ? [...known, ...ALIASES.keys()] : known);
  const hint = suggestion === '' ? `; possible: ${known.join(', ')}` : suggestion;
  return new UsageError(`unknown command "${word}"${hint}`);
}

const nearestOption = (option: string): string =>
  didYouMean(
    option.split('=', 1)[0] ?? '',
    Object.keys(GLOBAL_OPTIONS).map((name) => `--${name}`),
  );
