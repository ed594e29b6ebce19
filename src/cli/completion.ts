/** What may stand where the user is typing. */
import { ALIASES, COMMANDS, nextWords } from './catalog.ts';
import { AgentClient } from './client.ts';
import type { Command, GlobalOptions, OptionSpecs } from './command.ts';
import { findingOf } from './finding.ts';
import { GLOBAL_OPTIONS, globalsOf, SHORT, takesValue } from './global-options.ts';
import { type TypedLine, typedLine } from './typed-line.ts';
import type { World } from './world.ts';

/** Nobody waits longer than that for a list. */
const PATIENCE_MS = 300;
const MOST_VALUES = 500;
/** So many times the agent is asked for what comes next in names that are too many. */
const MOST_STEPS = 100;
/** All of these questions together take no longer, as each may be slow over a network. */
const STEPS_MS = 500;

/** What the shell knows best itself. */
type Paths = 'files' | 'folders';

/** What stands in the help for a path. */
const PATHS: ReadonlyMap<string, Paths> = new Map([
  ['file', 'files'],
  ['path', 'files'],
  ['dir', 'folders'],
]);

/**
 * The candidates for the last of these words, sorted; where a path belongs, which kind the shell should offer. Never throws: who completes
 * wants no error between his letters.
 */
export async function candidates(words: readonly string[], world: World): Promise<readonly string[] | Paths> {
  const line = typedLine(words);
  try {
    const found = await candidatesFor(line, world);
    if (typeof found === 'string') return found;
    const fitting = [...new Set(found)].filter((each) => each.startsWith(line.typed));
    return fitting.sort().map((each) => line.kept + each);
  } catch {
    return [];
  }
}

async function candidatesFor({ before, typed }: TypedLine, world: World): Promise<readonly string[] | Paths> {
  const { path, rest } = commandIn(before);
  const listing = COMMANDS.get(path);
  const command = listing === undefined ? undefined : (await listing.load()).default;
  const last = before.at(-1) ?? '';
  const isValue = last.startsWith('-') && wantsValue(last, command);
  if (typed.startsWith('-') && !isValue) return optionsOf(command);
  if (command === undefined && !isValue) return followers(path);
  const kind = isValue ? nameOf(last) : argumentOf(command, argumentsIn(rest, command));
  if (kind === undefined) return [];
  const shown = isValue ? specOf(kind, command)?.placeholder?.toLowerCase() : kind;
  return PATHS.get(shown ?? '') ?? (await valuesOf(kind, { path, typed, world, globals: globalsIn(before) }));
}

/** The words of the command, as far as they are typed, and what stands behind them. */
function commandIn(before: readonly string[]): { readonly path: string; readonly rest: readonly string[] } {
  let path = '';
  let place = 0;
  for (; place < before.length && !COMMANDS.has(path); place++) {
    const word = before[place] ?? '';
    if (word.startsWith('-')) place += takesValue(word) ? 1 : 0;
    else path = further(path, word);
  }
  return { path, rest: before.slice(place) };
}

/** How many arguments these words are, beside options and their values. */
function argumentsIn(words: readonly string[], command: Command | undefined): number {
  let count = 0;
  for (let place = 0; place < words.length; place++) {
    const word = words[place] ?? '';
    if (!word.startsWith('-')) count += 1;
    else if (wantsValue(word, command)) place += 1;
  }
  return count;
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

function wantsValue(option: string, command: Command | undefined): boolean {
  const kind = command?.options?.[nameOf(option)]?.kind;
  return (kind !== undefined && kind !== 'flag') || takesValue(option);
}

/** The long name of an option, without its dashes. */
function nameOf(option: string): string {
  if (option.startsWith('--')) return option.slice(2);
  return [...SHORT].find(([, short]) => option === `-${short}`)?.[0] ?? option;
}

function specOf(name: string, command: Command | undefined): OptionSpecs[string] | undefined {
  return command?.options?.[name] ?? (GLOBAL_OPTIONS as OptionSpecs)[name];
}

/** What the argument that is typed stands for, by its name in the help; one with dots may come several times. */
function argumentOf(command: Command | undefined, args: number): string | undefined {
  const named = [...(command?.arguments ?? '').matchAll(/(?:[<[]|^)([A-Za-z.]+)/g)].map(([, name = '']) =>
    name.toLowerCase(),
  );
  const last = named.at(-1);
  return (named[args] ?? (last?.endsWith('...') ? last : undefined))?.replace('...', '');
}

interface Asking {
  readonly globals: GlobalOptions;
  readonly path: string;
  readonly typed: string;
  readonly world: World;
}

type Source = (agent: AgentClient, asking: Asking) => Promise<readonly string[]>;

const names = (items: readonly { readonly name: string }[]): string[] => items.map(({ name }) => name);
/** The keys of a map; of a list, whose keys would be its numbers, the compiler takes none. */
const keysOf = (map: Readonly<Record<string, unknown>>): string[] => Object.keys(map);

/** Names of nodes, as they can be named. */
const nodes: Source = async (agent) => {
  const members = Object.values(await agent.ask('GET /agent/members', {}));
  return members.flatMap(({ name, display_name }) => (display_name === '' ? [name] : [name, display_name]));
};
const groups: Source = async (agent) =>
  Object.values(await agent.ask('GET /agent/members', {})).flatMap(({ groups: of }) => of);
const zones: Source = async (agent) => keysOf(await agent.ask('GET /agent/zones', {}));
const checks: Source = async (agent) => names(await agent.ask('GET /monitoring/checks', {}));
const collectors: Source = async (agent) => names(await agent.ask('GET /collectors', {}));
const dashboards: Source = async (agent) => names(await agent.ask('GET /dashboards', {}));
const detectors: Source = async (agent) => names(await agent.ask('GET /agent/detectors', {}));
const handlers: Source = async (agent) => names(await agent.ask('GET /agent/handlers', {}));
const pollsters: Source = async (agent) => names(await agent.ask('GET /openstack/pollsters', {}));
const tokens: Source = async (agent) => names(await agent.ask('GET /agent/tokens', {}));
const parameters: Source = async (agent) => keysOf(await agent.ask('GET /agent/parameters', {}));
const keys: Source = async (agent, { typed }) => {
  const found = await agent.ask('GET /kv/', { query: { prefix: typed, limit: String(MOST_VALUES) } });
  return Array.isArray(found) ? found.filter((key) => typeof key === 'string') : [];
};
const logParts: Source = async (agent) => agent.ask('GET /log/parts/', {});
const packs: Source = async (agent) =>
  Object.entries(await agent.ask('GET /packs', {})).flatMap(([level, of]) =>
    Object.keys(of as object).flatMap((name) => [name, `${level}.${name}`]),
  );
/** Names of series of this node; of very many only up to their next dot, as an incomplete list would complete to what is not meant. */
const series: Source = async (agent, { typed }) => {
  const manner = { signal: AbortSignal.timeout(STEPS_MS) };
  const named = (limit: number, after = '') => {
    const query = { limit: String(limit), after };
    return typed === ''
      ? agent.ask('GET /list/', { query }, manner)
      : agent.ask('GET /list/:prefix*', { params: { prefix: typed }, query }, manner);
  };
  const found = await named(MOST_VALUES);
  if (found.length < MOST_VALUES) return found;
  const steps: string[] = [];
  let [next] = found;
  while (next !== undefined && steps.length < MOST_STEPS) {
    const dot = next.indexOf('.', typed.length);
    const step = dot === -1 ? next : next.slice(0, dot + 1);
    steps.push(step);
    [next] = await named(1, dot === -1 ? step : `${step}\uffff`);
  }
  return next === undefined ? steps : [];
};
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
  ['glob', series],
  ['target', series],
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
  ['dashboards', dashboards],
  ['detectors', detectors],
  ['handlers', handlers],
  ['pollsters', pollsters],
  ['token', tokens],
  ['check', checks],
  ['monitoring', checks],
  ['kv', keys],
  ['metrics', series],
  ['packs', packs],
  ['gossip zone', zones],
]);
/** Names that mean something else for one command. */
const BY_COMMAND: ReadonlyMap<string, Source> = new Map<string, Source>([
  ['check result state', fixed('critical', 'ok', 'unknown', 'warning')],
  ['history kind', fixed('audit', 'collectors', 'config', 'groups', 'handlers', 'monitoring', 'nodes', 'repairs')],
]);
/** Kinds of arguments that only say "the thing in question". */
const PLAIN = new Set(['name', 'id', 'key', 'prefix', 'level.name', 'level.pack', 'level.pack.key']);

async function valuesOf(kind: string, asking: Asking): Promise<readonly string[]> {
  const topic = [...BY_TOPIC].find(([start]) => asking.path.startsWith(`${start} `));
  const source =
    BY_COMMAND.get(`${asking.path} ${kind}`) ?? SOURCES.get(kind) ?? (PLAIN.has(kind) ? topic?.[1] : undefined);
  if (source === undefined) return [];
  const { globals, world } = asking;
  await using agent = new AgentClient(findingOf(globals, world), { timeoutMs: PATIENCE_MS });
  return (await source(agent, asking)).slice(0, MOST_VALUES);
}
