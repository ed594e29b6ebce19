/** What may stand where the user is typing. */
import { ALIASES, COMMANDS, nextWords } from './catalog.ts';
import { AgentClient } from './client.ts';
import type { Command, GlobalOptions } from './command.ts';
import { findingOf } from './finding.ts';
import { GLOBAL_OPTIONS, globalsOf, takesValue } from './global-options.ts';
import type { World } from './world.ts';

/** Nobody waits longer than that for a list. */
const PATIENCE_MS = 300;
const MOST_VALUES = 500;

/** The candidates for the last of these words, sorted. Never throws: who completes wants no error between his letters. */
export async function candidates(words: readonly string[], world: World): Promise<readonly string[]> {
  const typed = words.at(-1) ?? '';
  try {
    const found = await candidatesFor(words.slice(0, -1), typed, world);
    return [...new Set(found)].filter((each) => each.startsWith(typed)).sort();
  } catch {
    return [];
  }
}

async function candidatesFor(before: readonly string[], typed: string, world: World): Promise<readonly string[]> {
  const { path, args } = wordsIn(before);
  const listing = COMMANDS.get(path);
  const command = listing === undefined ? undefined : (await listing.load()).default;
  if (typed.startsWith('-')) return optionsOf(command);
  if (command === undefined) return followers(path);
  const last = before.at(-1) ?? '';
  const kind = last.startsWith('-') && wantsValue(last, command) ? last.replace(/^-+/, '') : argumentOf(command, args);
  return kind === undefined ? [] : await valuesOf(kind, { path, typed, world, globals: globalsIn(before) });
}

/** The words of the command, and what stands behind them beside options. */
function wordsIn(before: readonly string[]): { readonly path: string; readonly args: number } {
  let path = '';
  let args = 0;
  for (let place = 0; place < before.length; place++) {
    const word = before[place] ?? '';
    if (word.startsWith('-')) place += takesValue(word) ? 1 : 0;
    else if (COMMANDS.has(path)) args += 1;
    else path = further(path, word);
  }
  return { path, args };
}

/** The options of every command that stand in the line already: they say which agent is meant. */
function globalsIn(before: readonly string[]): GlobalOptions {
  const given = before.flatMap((word, place) =>
    takesValue(word) ? [[word.replace(/^--?/, ''), before[place + 1]] as const] : [],
  );
  return globalsOf(new Map(given));
}

function further(path: string, word: string): string {
  const next = path === '' ? word : `${path} ${word}`;
  return ALIASES.get(next) ?? next;
}

function followers(path: string): readonly string[] {
  const words = nextWords(path === '' ? [] : path.split(' '));
  const aliases = path === '' ? [...ALIASES.keys()].filter((alias) => !alias.includes(' ')) : [];
  return [...words, ...aliases];
}

function optionsOf(command: Command | undefined): readonly string[] {
  const names = [...Object.keys(command?.options ?? {}), ...Object.keys(GLOBAL_OPTIONS), 'help'];
  return names.map((name) => `--${name}`);
}

function wantsValue(option: string, { options = {} }: Command): boolean {
  const kind = options[option.replace(/^--/, '')]?.kind;
  return (kind !== undefined && kind !== 'flag') || takesValue(option);
}

/** What the argument that is typed stands for, by its name in the help; the last one may come several times. */
function argumentOf({ arguments: written = '' }: Command, args: number): string | undefined {
  const names = [...written.matchAll(/[<[]([A-Za-z.]+)/g)].map(([, name = '']) =>
    name.replace('...', '').toLowerCase(),
  );
  return names[Math.min(args, names.length - 1)];
}

interface Asking {
  readonly globals: GlobalOptions;
  readonly path: string;
  readonly typed: string;
  readonly world: World;
}

type Source = (agent: AgentClient, asking: Asking) => Promise<readonly string[]>;

const names = (items: readonly { readonly name: string }[]): string[] => items.map(({ name }) => name);

/** Names of nodes, as they can be named. */
const nodes: Source = async (agent) => {
  const members = Object.values(await agent.ask('GET /agent/members', {}));
  return members.flatMap(({ name, display_name }) => (display_name === '' ? [name] : [name, display_name]));
};
const groups: Source = async (agent) =>
  Object.values(await agent.ask('GET /agent/members', {})).flatMap(({ groups: of }) => of);
const zones: Source = async (agent) => Object.keys(await agent.ask('GET /agent/zones', {}));
const checks: Source = async (agent) => Object.keys(await agent.ask('GET /monitoring/checks', {}));
const collectors: Source = async (agent) => names(await agent.ask('GET /collectors', {}));
const parameters: Source = async (agent) => Object.keys(await agent.ask('GET /agent/parameters', {}));
const keys: Source = async (agent, { typed }) => {
  const found = await agent.ask('GET /kv/', { query: { prefix: typed, limit: String(MOST_VALUES) } });
  return Array.isArray(found) ? found.filter((key) => typeof key === 'string') : [];
};
const logParts: Source = async (agent) => agent.ask('GET /log/parts/', {});
const packs: Source = async (agent) =>
  Object.entries(await agent.ask('GET /packs', {})).flatMap(([level, of]) =>
    Object.keys(of as object).flatMap((name) => [name, `${level}.${name}`]),
  );
const fixed =
  (...values: readonly string[]): Source =>
  async () =>
    values;

/** Who knows values, by the name of an argument or option. */
const SOURCES: ReadonlyMap<string, Source> = new Map<string, Source>([
  ['node', nodes],
  ['group', groups],
  ['zone', zones],
  ['check', checks],
  ['pack', packs],
  ['part', logParts],
  ['fact', fixed('uuid', 'local-addr', 'public-addr', 'name', 'zone', 'state', 'version', 'ports', 'pid')],
  ['shell', fixed('bash', 'fish', 'zsh')],
  ['color', fixed('always', 'auto', 'never')],
  ['level', fixed('debug', 'error', 'info', 'warning')],
  ['state', fixed('alive', 'dead', 'left', 'suspect')],
]);

/** Names that stand for something else in commands of these topics. */
const BY_TOPIC: ReadonlyMap<string, Source> = new Map<string, Source>([
  ['agent parameters', parameters],
  ['collectors', collectors],
  ['check', checks],
  ['monitoring', checks],
  ['kv', keys],
  ['packs', packs],
  ['gossip zone', zones],
]);
/** Kinds of arguments that only say "the thing in question". */
const PLAIN = new Set(['name', 'id', 'key', 'prefix', 'level.name', 'level.pack', 'level.pack.key']);

async function valuesOf(kind: string, asking: Asking): Promise<readonly string[]> {
  const topic = [...BY_TOPIC].find(([start]) => asking.path.startsWith(`${start} `));
  const source = SOURCES.get(kind) ?? (PLAIN.has(kind) ? topic?.[1] : undefined);
  if (source === undefined) return [];
  const { globals, world } = asking;
  await using agent = new AgentClient(findingOf(globals, world), { timeoutMs: PATIENCE_MS });
  return (await source(agent, asking)).slice(0, MOST_VALUES);
}
