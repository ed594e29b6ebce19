import { constants } from 'node:os';
import { z } from 'zod';
import { messageOf, systemCode } from '../base/errors.ts';
import { duration, size } from '../config/fields.ts';
import { CHECK_STATES, type CheckResult, type CheckState, type ReportedResult } from '../model/check.ts';
import { parsePluginOutput, withinBytes, withoutControls } from '../model/plugin-output.ts';
import type { Command, Ended } from '../net/host.ts';
import { type CheckContext, defineCheck } from '../plugins/kinds.ts';
import { refusalOf } from '../plugins/path-owners.ts';
import { environmentOf, invocationOf, runnerOf } from '../plugins/script-command.ts';

const TIMEOUT_MS = 30_000;
const STDERR_BYTES = 1_024;
const MOST_REPORTS = 200;
const REPORT = /^OPSBRO RESULT (\S+) ([0-3])(?: (.*))?$/;
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
    const { host, scripts, macro } = context;
    const { argv, env, shown } = await invocationOf(script.script, macro, host, scripts);
    const [program] = argv;
    if (program === undefined) return unknown('the script is empty once its macros are filled in');
    const runner = await runnerOf(script.run_as, host);
    const refusal = typeof runner === 'string' ? runner : await refusedBy(script, program, context);
    if (typeof runner === 'string' || refusal !== undefined) return unknown(refusal ?? '');
    const command: Command = {
      argv: [...limitsOf(script), ...runner.prefix, ...argv] as [string, ...string[]],
      env: { ...(await environmentOf(runner, host)), ...ourNames(macro), ...script.env, ...env },
      cwd: script.cwd,
      timeoutMs: script.timeout,
      outputCap: script.output_cap,
      hasReports: true,
    };
    try {
      return { ...judge(await host.run(command, signal), script, program), command: shown };
    } catch (error) {
      if (signal.aborted) throw error;
      return { ...unknown(notStarted(error, program)), command: shown };
    }
  },
});

/** Of a line for a shell its first word is looked at, if it names a file. */
async function refusedBy({ script }: Script, program: string, context: CheckContext): Promise<string | undefined> {
  if (context.scripts.trustsPaths) return undefined;
  const [word = ''] = typeof script === 'string' && program === '/bin/sh' ? script.trim().split(/\s/, 1) : [program];
  return await refusalOf(word, context.host);
}

/** Programs that lower what a program may have and then become it. */
const limitsOf = ({ nice, memory_limit }: Script): string[] => [
  ...(nice > 0 ? ['nice', '-n', String(nice)] : []),
  ...(memory_limit === undefined ? [] : ['prlimit', `--as=${memory_limit}`]),
];

/** What a script may want to know of the node and the check. */
const ourNames = (macro: CheckContext['macro']): Record<string, string> => ({
  OPSBRO_NODE: macro('node.name') ?? '',
  OPSBRO_NODE_ID: macro('node.id') ?? '',
  OPSBRO_ZONE: macro('node.zone') ?? '',
  OPSBRO_CHECK: macro('check.id') ?? '',
});

function judge(ended: Ended, script: Script, program: string): CheckResult {
  const { timedOut, signal, exit, stdout, cut } = ended;
  const printed = withoutControls(stdout.trim() === '' ? ended.stderr : stdout);
  const read = parsePluginOutput(printed);
  const stderr = withinBytes(withoutControls(ended.stderr).trim(), STDERR_BYTES);
  const beside = { stderr, exit, ...reportsIn(ended.reports) };
  if (timedOut)
    return { ...beside, ...unknown(`timeout after ${script.timeout / 1_000}s`), longOutput: printed.trim() };
  if (signal !== null) return { ...beside, ...unknown(`killed by ${signal}`), longOutput: printed.trim() };
  const verdict = verdictOf(exit ?? 0, script.codes, program);
  const output = verdict.note === undefined ? read.output : withNote(read.output, verdict);
  return {
    ...read,
    ...beside,
    state: verdict.state,
    output: cut ? `${output} [output cut at ${script.output_cap / 1_024}k]` : output,
  };
}

/** What it says of other checks: lines `OPSBRO RESULT <check id> <0..3> <text>`. */
function reportsIn(written = ''): Pick<CheckResult, 'reports'> {
  const reports: ReportedResult[] = [];
  for (const line of withoutControls(written).split('\n')) {
    const [, id, number, output = ''] = REPORT.exec(line) ?? [];
    const state = CHECK_STATES[Number(number)];
    if (id !== undefined && state !== undefined) reports.push({ id, state, output: output.trim() });
  }
  return reports.length === 0 ? {} : { reports: reports.slice(0, MOST_REPORTS) };
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
