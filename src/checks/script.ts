import { constants } from 'node:os';
import { z } from 'zod';
import { messageOf, systemCode } from '../base/errors.ts';
import { macrosIn, type Piece, parseScriptLine } from '../base/script-line.ts';
import { duration, size } from '../config/fields.ts';
import { CHECK_STATES, type CheckResult, type CheckState } from '../model/check.ts';
import { parsePluginOutput, withoutControls } from '../model/plugin-output.ts';
import type { Command, Ended, Host } from '../net/host.ts';
import { type CheckContext, defineCheck } from '../plugins/kinds.ts';

const SEARCH_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const PLUGIN_PATH = ['/usr/lib/nagios/plugins', '/usr/lib64/nagios/plugins', '/usr/lib/monitoring-plugins'];
const TIMEOUT_MS = 30_000;
const PERMISSION = new Set(['EACCES', 'EPERM', 'ENOEXEC']);

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const Options = z.object({
  script: z.union([z.string().min(1), z.array(text).min(1)]).describe('A line as for a shell, or a list of arguments.'),
  timeout: duration().prefault('30s').describe('Time after which the program and its children are ended.'),
  env: z.record(z.string(), text).default({}).describe('Variables added to the clean environment.'),
  cwd: z.string().default('/').describe('Directory it runs in.'),
  output_cap: size().prefault('64k').describe('How much of each stream is read.'),
  nice: z.int().min(0).max(19).default(5).describe('Scheduling priority, 0 (as the agent) to 19.'),
  memory_limit: z.int().positive().optional().describe('Address space it may use, in bytes (by prlimit).'),
  run_as: z.string().optional().describe('User it runs as, when the agent is root (by setpriv).'),
  codes: z
    .record(z.string(), z.enum(CHECK_STATES))
    .default({})
    .describe('State for further exit codes, beside 0 ok, 1 warning, 2 critical, 3 unknown.'),
});
type Script = z.output<typeof Options>;

export default defineCheck({
  name: 'script',
  description: 'Runs a Nagios plugin and takes its exit code, output and performance data.',
  fields: ['script'],
  order: 20,
  timeoutMs: TIMEOUT_MS,
  isHeavy: true,
  options: Options,

  configure: (script) => async (context, signal) => {
    const { argv, env } = await commandOf(script, context);
    const [program] = argv;
    if (program === undefined) return unknown('the script is empty once its macros are filled in');
    const command: Command = {
      argv: [...prefixOf(script), ...argv] as [string, ...string[]],
      env: { ...(await environment(context)), ...script.env, ...env },
      cwd: script.cwd,
      timeoutMs: script.timeout,
      outputCap: script.output_cap,
    };
    try {
      return judge(await context.host.run(command, signal), script, program);
    } catch (error) {
      if (signal.aborted) throw error;
      return unknown(notStarted(error, program));
    }
  },
});

interface Invocation {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The program and its arguments, macros filled in: values are arguments or environment variables, never program text. */
async function commandOf({ script }: Script, context: CheckContext): Promise<Invocation> {
  if (typeof script !== 'string') {
    return {
      argv: await found(
        script.map((word) => filled(macrosIn(word), context)),
        context.host,
      ),
      env: {},
    };
  }
  const line = parseScriptLine(script);
  if (line.needsShell) {
    const values = line.macros.map((macro, index) => [`OPSBRO_M${index + 1}`, macroValue(macro, context)] as const);
    return { argv: ['/bin/sh', '-c', line.program], env: Object.fromEntries(values) };
  }
  const words = line.words
    .map(({ pieces, quoted }) => ({ quoted, word: filled(pieces, context) }))
    .filter(({ quoted, word }) => quoted || word !== '');
  return {
    argv: await found(
      words.map(({ word }) => word),
      context.host,
    ),
    env: {},
  };
}

const macroValue = (macro: readonly string[], context: CheckContext): string => {
  for (const path of macro) {
    const value = context.macro(path);
    if (value !== undefined) return value;
  }
  return '';
};

const filled = (pieces: readonly Piece[], context: CheckContext): string =>
  pieces.map((piece) => ('text' in piece ? piece.text : macroValue(piece.macro, context))).join('');

/** A program named without a path is looked for among the plugins first. */
async function found([program = '', ...rest]: readonly string[], host: Host): Promise<string[]> {
  if (program === '') return [];
  if (program.includes('/')) return [program, ...rest];
  for (const folder of PLUGIN_PATH) {
    if (await host.exists(`${folder}/${program}`)) return [`${folder}/${program}`, ...rest];
  }
  return [program, ...rest];
}

/** Programs that give up rights or limits and then become the script. */
function prefixOf({ nice, memory_limit, run_as }: Script): string[] {
  return [
    ...(nice > 0 ? ['nice', '-n', String(nice)] : []),
    ...(memory_limit === undefined ? [] : ['prlimit', `--as=${memory_limit}`]),
    ...(run_as === undefined ? [] : ['setpriv', `--reuid=${run_as}`, `--regid=${run_as}`, '--init-groups']),
  ];
}

async function environment({ host, macro }: CheckContext): Promise<Record<string, string>> {
  const { user, uid, timezone } = await host.facts();
  return {
    PATH: SEARCH_PATH,
    HOME: uid === 0 ? '/root' : '/',
    USER: user,
    LOGNAME: user,
    SHELL: '/bin/sh',
    LC_ALL: 'C.UTF-8',
    TZ: timezone.name,
    OPSBRO_NODE: macro('node.name') ?? '',
    OPSBRO_NODE_ID: macro('node.id') ?? '',
    OPSBRO_ZONE: macro('node.zone') ?? '',
    OPSBRO_CHECK: macro('check.id') ?? '',
  };
}

function judge(ended: Ended, script: Script, program: string): CheckResult {
  const { timedOut, signal, exit, stdout, stderr, cut } = ended;
  const printed = withoutControls(stdout.trim() === '' ? stderr : stdout);
  const read = parsePluginOutput(printed);
  if (timedOut) return { ...unknown(`timeout after ${script.timeout / 1_000}s`), longOutput: printed.trim() };
  if (signal !== null) return { ...unknown(`killed by ${signal}`), longOutput: printed.trim() };
  const verdict = verdictOf(exit ?? 0, script.codes, program);
  const output = verdict.note === undefined ? read.output : withNote(read.output, verdict);
  return {
    ...read,
    state: verdict.state,
    output: cut ? `${output} [output cut at ${script.output_cap / 1_024}k]` : output,
  };
}

interface Verdict {
  readonly state: CheckState;
  readonly note?: string;
  /** The note stands instead of what was printed. */
  readonly alone?: true;
}

function verdictOf(exit: number, codes: Script['codes'], program: string): Verdict {
  const state = codes[String(exit)] ?? CHECK_STATES[exit];
  if (state !== undefined) return { state };
  if (exit === 126) return { state: 'unknown', note: `cannot execute ${program}: permission denied`, alone: true };
  if (exit === 127) return { state: 'unknown', note: `command not found: ${program}`, alone: true };
  const name = Object.entries(constants.signals).find(([, number]) => number === exit - 128)?.[0];
  if (name !== undefined) return { state: 'unknown', note: `exit code ${exit} (${name})` };
  return { state: 'unknown', note: `exit code ${exit} is not a plugin state` };
}

function withNote(output: string, { note = '', alone }: Verdict): string {
  return alone || output === '(no output)' ? note : `${output} (${note})`;
}

function notStarted(error: unknown, program: string): string {
  const code = systemCode(error);
  if (code === 'ENOENT') return `command not found: ${program}`;
  if (code !== undefined && PERMISSION.has(code)) return `cannot execute ${program}: permission denied`;
  return `cannot start: ${code ?? messageOf(error)}`;
}

const unknown = (output: string): CheckResult => ({ state: 'unknown', output });
