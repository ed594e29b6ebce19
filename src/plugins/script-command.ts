import { macrosIn, type Piece, parseScriptLine } from '../base/script-line.ts';
import { isSecret, mentionsSecret } from '../config/secrets.ts';
import type { Host } from '../net/host.ts';

/** Where plugins of monitoring lie that are named without a path. */
export const PLUGIN_PATH: readonly string[] = [
  '/usr/lib/nagios/plugins',
  '/usr/lib64/nagios/plugins',
  '/usr/lib/monitoring-plugins',
];

const SEARCH_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const MASK = '******';

/** How programs of people are run on this machine. */
export interface ScriptRules {
  /** Folders in which a program without a path is looked for before the search path. */
  readonly pluginPath: readonly string[];
  /** `true`: who may write to a program is not looked at. */
  readonly trustsPaths: boolean;
}

/** Programs are looked for where distributions have them, and refused where others may write. */
export const USUAL_RULES: ScriptRules = { pluginPath: PLUGIN_PATH, trustsPaths: false };

/** The text that a macro stands for; `undefined` when nothing has that name. */
type Macro = (name: string) => string | undefined;

/** A program with its arguments, and what they need of the environment. */
export interface Invocation {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What people may see of `argv`. */
  readonly shown: readonly string[];
}

/** The program of a line or a list, macros filled in: values are arguments or environment variables, never program text. */
export async function invocationOf(
  script: string | readonly string[],
  macro: Macro,
  host: Host,
  { pluginPath }: ScriptRules,
): Promise<Invocation> {
  if (typeof script !== 'string') {
    return await listed(
      script.map((word) => filled(macrosIn(word), macro)),
      host,
      pluginPath,
    );
  }
  const line = parseScriptLine(script);
  if (line.needsShell) {
    const values = line.macros.map((each, index) => [`OPSBRO_M${index + 1}`, macroText(each, macro)] as const);
    const argv = ['/bin/sh', '-c', line.program];
    return { argv, env: Object.fromEntries(values), shown: argv };
  }
  const words = line.words
    .map(({ pieces, quoted }) => ({ quoted, filled: filled(pieces, macro) }))
    .filter(({ quoted, filled: { word } }) => quoted || word !== '');
  return await listed(
    words.map((each) => each.filled),
    host,
    pluginPath,
  );
}

interface Filled {
  readonly word: string;
  readonly shown: string;
}

async function listed(words: readonly Filled[], host: Host, pluginPath: readonly string[]): Promise<Invocation> {
  const [first, ...rest] = words;
  if (!first) return { argv: [], env: {}, shown: [] };
  const program = await found(first.word, host, pluginPath);
  return {
    argv: [program, ...rest.map(({ word }) => word)],
    env: {},
    shown: [program, ...rest.map(({ shown }) => shown)],
  };
}

function macroText(paths: readonly string[], macro: Macro): string {
  for (const path of paths) {
    const value = macro(path);
    if (value !== undefined) return value;
  }
  return '';
}

function filled(pieces: readonly Piece[], macro: Macro): Filled {
  const words = pieces.map((piece) => {
    if ('text' in piece) return { word: piece.text, shown: piece.text };
    const word = macroText(piece.macro, macro);
    const hides = piece.macro.some((path) => isSecret(path) || mentionsSecret(path));
    return { word, shown: hides && word !== '' ? MASK : word };
  });
  return { word: words.map(({ word }) => word).join(''), shown: words.map(({ shown }) => shown).join('') };
}

/** A program named without a path is looked for among the plugins first. */
async function found(program: string, host: Host, pluginPath: readonly string[]): Promise<string> {
  if (program === '' || program.includes('/')) return program;
  for (const folder of pluginPath) {
    if (await host.exists(`${folder}/${program}`)) return `${folder}/${program}`;
  }
  return program;
}

/** Who a program runs as. */
export interface Runner {
  readonly user: string;
  readonly home: string;
  /** Programs that give up rights and then become the program; none when it runs as the agent. */
  readonly prefix: readonly string[];
}

/** Who `user` is, or the agent's own user when it is left out. A text says why a program cannot run as that user. */
export async function runnerOf(user: string | undefined, host: Host): Promise<Runner | string> {
  const { user: own, uid } = await host.facts();
  if (user === undefined || user === own) return { user: own, home: uid === 0 ? '/root' : '/', prefix: [] };
  if (uid !== 0) return `run_as: only an agent that runs as root can run programs as ${user}`;
  const accounts = (await host.readFile('/etc/passwd')).split('\n').map((line) => line.split(':'));
  const [, , id, group, , home = '/'] = accounts.find(([name]) => name === user) ?? [];
  if (id === undefined || group === undefined) return `run_as: this machine has no user ${user}`;
  return { user, home, prefix: ['setpriv', `--reuid=${id}`, `--regid=${group}`, '--init-groups'] };
}

/** The whole environment of a program: nothing of the agent's own leaks. */
export async function environmentOf({ user, home }: Runner, host: Host): Promise<Record<string, string>> {
  const { timezone } = await host.facts();
  return {
    PATH: SEARCH_PATH,
    HOME: home,
    USER: user,
    LOGNAME: user,
    SHELL: '/bin/sh',
    LC_ALL: 'C.UTF-8',
    TZ: timezone.name,
  };
}
