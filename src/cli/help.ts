import { ALIASES, COMMANDS, nextWords, TOPICS } from './catalog.ts';
import { GLOBAL_OPTIONS, SHORT } from './global-options.ts';
import { widthOf } from './table.ts';

const BANNER =
  'opsbro: a node agent that finds its peers, notices what runs, collects, checks, keeps, names and shows.';

/** What `opsbro` alone says. */
export function mainHelp(): string {
  const words = nextWords([]).map((word) => [word, summaryOf(word)] as const);
  const options = Object.entries(GLOBAL_OPTIONS).map(([name, spec]) => {
    const short = SHORT.has(name) ? `-${SHORT.get(name)}, ` : '';
    const value = 'placeholder' in spec ? ` ${spec.placeholder}` : '';
    return [`${short}--${name}${value}`, spec.description] as const;
  });
  const more = [
    ['-l, --list', 'list all commands'],
    ['-h, --help', 'show this, or what a command takes'],
    ['--version', 'print the version'],
  ] as const;
  return [
    BANNER,
    '',
    'Usage: opsbro WORD [WORD...] [ARGUMENTS] [--options]',
    '',
    'Commands:',
    ...aligned(words),
    '',
    'Options of every command:',
    ...aligned([...options, ...more]),
    '',
  ].join('\n');
}

/** What a word with further words says. */
export function topicHelp(path: string): string {
  const words = nextWords(path.split(' ')).map((word) => [`${path} ${word}`, summaryOf(`${path} ${word}`)] as const);
  const about = TOPICS.get(path);
  return [
    `Usage: opsbro ${path} WORD`,
    ...(about === undefined ? [] : ['', about]),
    '',
    'Commands:',
    ...aligned(words),
    '',
  ].join('\n');
}

/** All commands, one a line, also by their other words. */
export function listing(): string {
  const paths = [...COMMANDS.keys()];
  for (const [words, path] of ALIASES)
    for (const each of COMMANDS.keys())
      if (`${each} `.startsWith(`${path} `)) paths.push(words + each.slice(path.length));
  return `${paths.sort().join('\n')}\n`;
}

const summaryOf = (path: string): string => COMMANDS.get(path)?.summary ?? TOPICS.get(path) ?? '';

function aligned(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([name]) => widthOf(name)));
  return rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`);
}
