import { z } from 'zod';
import { ALIASES, COMMANDS, type Listing, TOPICS } from '../../src/cli/catalog.ts';
import type { Command, OptionSpecs } from '../../src/cli/command.ts';
import { GLOBAL_OPTIONS, SHORT } from '../../src/cli/global-options.ts';
import { commandJson, routeKey, watchedJson } from './command-json.ts';
import { answers } from './http.ts';
import { type JsonType, shapeText } from './json-type.ts';
import { code, type GeneratedFile, page, table } from './page.ts';

const INTRO =
  'Every command is a row of words, its arguments and its options; `--help` behind any of them says the same as this page. What a command ' +
  'found goes to the standard output, everything else beside it; `--json` makes that one JSON value, and `--watch --json` one a line. Colours and frames are for terminals ' +
  'only. Commands find the agent by `--socket` or `--http`, else by the home: `--home`, `OPSBRO_HOME`, or the place the agent is ' +
  'started from.';

/** What commands end with, and what each code means. */
export const EXIT_CODES = [
  ['0', 'Done, or the answer is yes.'],
  ['1', 'Cannot be answered now: no agent runs, a peer does not answer. Trying again later may help.'],
  ['2', 'Wrong or negative: unknown command, bad argument, invalid configuration, not found, refused, waited in vain.'],
  [
    '3',
    'A third answer: the version to compare with is not the present one (`kv`), data is missing (`evaluator eval`).',
  ],
  ['70', 'A bug of opsbro; please report it.'],
  ['129, 130, 143', 'Ended by the signal HUP, INT or TERM.'],
];

const EXIT_NOTE =
  '`check run --nagios` ends with the codes of a monitoring plugin: 0 ok, 1 warning, 2 critical, 3 unknown. `agent health` ends with 2 when ' +
  'the agent has failed.';

/** The page of the command line, from the list of commands and the commands themselves. */
export async function cliFiles(): Promise<readonly GeneratedFile[]> {
  const answered = new Map([...(await answers())].map(([request, type]) => [routeKey(request), { request, type }]));
  const sections = [
    ['## Options of every command', optionTable(GLOBAL_OPTIONS, SHORT)].join('\n\n'),
    ['## Exit codes', table(['code', 'meaning'], EXIT_CODES), EXIT_NOTE].join('\n\n'),
    ['## Other words for the same', aliasTable()].join('\n\n'),
    ...(await Promise.all(topicsOf(COMMANDS.keys()).map((topic) => topicSection(topic, answered)))),
  ];
  return [{ path: 'docs/reference/cli.md', content: page('Command line', INTRO, sections) }];
}

const aliasTable = (): string =>
  table(
    ['written', 'means'],
    [...ALIASES].map(([other, words]) => [code(`opsbro ${other}`), code(`opsbro ${words}`)]),
  );

const firstWord = (path: string): string => path.split(' ')[0] ?? path;

const topicsOf = (paths: Iterable<string>): readonly string[] => [...new Set([...paths].map(firstWord))].sort();

type Answers = ReadonlyMap<string, { readonly request: string; readonly type: JsonType | undefined }>;

async function topicSection(topic: string, answered: Answers): Promise<string> {
  const own = [...COMMANDS].filter(([path]) => firstWord(path) === topic).sort(([a], [b]) => (a < b ? -1 : 1));
  const about = TOPICS.get(topic);
  const commands = await Promise.all(own.map(([path, listing]) => commandSection(path, listing, answered)));
  return [`## ${topic}`, ...(about === undefined ? [] : [about]), ...commands].join('\n\n');
}

async function commandSection(path: string, { summary, load }: Listing, answered: Answers): Promise<string> {
  const { default: command } = await load();
  const { options = {}, examples, route } = command;
  const isTopic = !path.includes(' ');
  return [
    ...(isTopic ? [] : [`### ${path}`]),
    `${summary}${route === 'none' ? '' : ` Asks ${code(route)}.`}`,
    ['```', usageOf(path, command), '```'].join('\n'),
    ...(Object.keys(options).length === 0 ? [] : [optionTable(options)]),
    jsonLine(path, route, answered),
    ['```sh', ...examples.map((line) => `opsbro ${line}`), '```'].join('\n'),
  ].join('\n\n');
}

/** What the command gives to programs. Throws when it says to give an answer that no route has. */
function jsonLine(path: string, route: string, answered: Answers): string {
  const said = commandJson(path);
  if (said.type === 'own') return `\`--json\`: ${shapeText(z.toJSONSchema(said.schema) as JsonType)}.`;
  if (said.type === 'lines') return `\`--json\`: on each line ${said.what}.`;
  if (said.type === 'text') return said.why;
  const found = answered.get(routeKey(route.split(', ')[0] ?? ''));
  if (!found) throw new Error(`opsbro ${path} names the route ${route}, which there is not`);
  const shape = found.type ? `, ${shapeText(found.type)}` : '';
  const watched = watchedJson(path);
  const lines = watched ? ` With \`--watch\` on each line ${watched.what}.` : '';
  return `\`--json\`: the answer of ${code(found.request)}${shape}.${lines}`;
}

const usageOf = (path: string, { arguments: taken, options }: Command): string =>
  ['opsbro', path, ...(options === undefined ? [] : ['[options]']), ...(taken === undefined ? [] : [taken])].join(' ');

function optionTable(specs: OptionSpecs, short: ReadonlyMap<string, string> = new Map()): string {
  const rows = Object.entries(specs).map(([name, { placeholder, description }]) => {
    const brief = short.has(name) ? `-${short.get(name)}, ` : '';
    return [code(`${brief}--${name}${placeholder === undefined ? '' : ` ${placeholder}`}`), description];
  });
  return table(['option', 'meaning'], rows);
}
