import { ALIASES, COMMANDS } from '../../src/cli/catalog.ts';
import type { Command, OptionSpecs } from '../../src/cli/command.ts';
import { GLOBAL_OPTIONS, SHORT } from '../../src/cli/global-options.ts';
import { EXIT_CODES } from '../docs/cli.ts';

/** The manual page opsbro(1), from the commands themselves; `date` as YYYY-MM-DD. */
export async function manPage(version: string, date: string): Promise<string> {
  const commands = await Promise.all(
    [...COMMANDS].sort(byName).map(([path, { summary, load }]) => section(path, summary, load)),
  );
  const aliases = [...ALIASES].map(([other, words]) => item(bold(`opsbro ${other}`), `Means ${italic(words)}.`));
  const lines = [
    `.TH OPSBRO 1 ${quoted(date)} ${quoted(`opsbro ${version}`)}`,
    ...['.SH NAME', 'opsbro \\- a clustered node agent and its command line'],
    ...['.SH SYNOPSIS', '.B opsbro', '.I command', '[options] [arguments]'],
    ...['.SH DESCRIPTION', 'Every command is a row of words, its arguments and its options.'],
    ...['What a command found goes to the standard output, everything else beside it.'],
    ...['.SH OPTIONS', ...optionItems(GLOBAL_OPTIONS, SHORT)],
    ...['.SH COMMANDS', ...commands.flat()],
    ...['.SH OTHER WORDS', ...aliases.flat()],
    ...['.SH EXIT STATUS', ...EXIT_CODES.flatMap(([code = '', meaning = '']) => item(bold(code), text(meaning)))],
    ...['.SH FILES', ...FILES.flatMap(([path, meaning]) => item(italic(path), text(meaning)))],
    ...['.SH ENVIRONMENT', ...ENVIRONMENT.flatMap(([name, meaning]) => item(bold(name), text(meaning)))],
  ];
  return `${lines.join('\n')}\n`;
}

const FILES = [
  ['/etc/opsbro', 'Configuration of an installed agent; agent.yml is its main file.'],
  ['/var/lib/opsbro', 'What it keeps.'],
  ['/var/log/opsbro', 'What it has to say.'],
  ['/run/opsbro/opsbro.sock', 'Where commands find it; for root and the group opsbro.'],
] as const;

const ENVIRONMENT = [
  ['OPSBRO_HOME', 'One directory for all files of an agent, as --home.'],
  ['OPSBRO_SOCKET', 'The socket of the agent, as --socket.'],
  ['OPSBRO_...', 'Any key of agent.yml: OPSBRO_HTTP__PORT for port of http.'],
] as const;

const byName = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number =>
  one < other ? -1 : 1;

async function section(
  path: string,
  summary: string,
  load: () => Promise<{ readonly default: Command }>,
): Promise<string[]> {
  const { default: command } = await load();
  const { arguments: taken, options = {}, examples } = command;
  return [
    `.SS ${quoted(`opsbro ${path}${taken === undefined ? '' : ` ${taken}`}`)}`,
    text(summary),
    ...optionItems(options),
    '.PP',
    '.nf',
    ...examples.map((line) => text(`    opsbro ${line}`)),
    '.fi',
  ];
}

function optionItems(specs: OptionSpecs, short: ReadonlyMap<string, string> = new Map()): string[] {
  return Object.entries(specs).flatMap(([name, { placeholder, description }]) => {
    const brief = short.has(name) ? `${bold(`-${short.get(name)}`)}, ` : '';
    const value = placeholder === undefined ? '' : ` ${italic(placeholder)}`;
    return item(
      `${brief}${bold(`--${name}`)}${value}`,
      text(`${description[0]?.toUpperCase() ?? ''}${description.slice(1)}.`),
    );
  });
}

const item = (name: string, meaning: string): string[] => ['.TP', name, meaning];
const bold = (written: string): string => `\\fB${escaped(written)}\\fR`;
const italic = (written: string): string => `\\fI${escaped(written)}\\fR`;
const quoted = (written: string): string => `"${escaped(written).replaceAll('"', '\\(dq')}"`;

/** Text of a line: what would mean something to the formatter does not. */
const text = (written: string): string =>
  escaped(written.replaceAll('`', '').replaceAll('\n', ' ')).replace(/^(?=[.'])/, '\\&');

const escaped = (written: string): string =>
  written.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll('’', '\\(cq');
