import { messageOf } from '../base/errors.ts';
import type { Place } from '../health/code-runner.ts';
import type { NodeContext } from '../health/protocol.ts';
import { RunnerLate, RunnerProcess, type RunnerSetting } from '../health/runner-process.ts';
import type { Yaml } from '../model/pack.ts';
import type { Host } from '../net/host.ts';
import { filledCommand } from '../repair/given.ts';
import type { Deed, Done } from '../repair/repair-world.ts';

const LOAD_MS = 10_000;
const OUTPUT_CAP = 65_536;

/** Where the code of a check is, and how it is run. */
export interface CodeOfCheck {
  readonly place: Place;
  readonly setting: RunnerSetting;
  readonly context: NodeContext;
}

/** What deeds are done with. */
export interface ActWorld {
  readonly host: Host;
  readonly signal: AbortSignal;
  /** The code of the check; `undefined` for what has none. */
  readonly code: CodeOfCheck | undefined;
}

/** Does what an action says: runs its command, or its function in a process of its own. Never throws. */
export async function act(deed: Deed, world: ActWorld): Promise<Done> {
  try {
    if (deed.rules.command) return await runCommand(deed, deed.rules.command, world);
    if (world.code) return await runCode(deed, world.code);
    return { exit: null, output: `${deed.action.name} has neither a command nor a function`, isOk: false };
  } catch (error) {
    return { exit: null, output: messageOf(error), isOk: false };
  }
}

async function runCommand(
  { rules, given }: Deed,
  command: readonly string[],
  { host, signal }: ActWorld,
): Promise<Done> {
  const { shell, user, env, cwd, timeout } = rules;
  const plain = shell ? ['/bin/sh', '-c', command.join(' ')] : filledCommand(command, given.values);
  const argv = [...asUser(user), ...plain] as [string, ...string[]];
  const variables = Object.fromEntries([...given.values].map(([name, value]) => [`ARG_${name}`, textOf(value)]));
  const ended = await host.run(
    {
      argv,
      cwd,
      env: { ...BASE_ENVIRONMENT, ...(shell ? variables : {}), ...env },
      timeoutMs: timeout,
      outputCap: OUTPUT_CAP,
    },
    signal,
  );
  const printed = ended.stdout + ended.stderr;
  if (ended.timedOut)
    return { exit: null, output: `${printed}\ntimeout after ${timeout / 1_000}s`.trim(), isOk: false };
  const output = ended.signal === null ? printed : `${printed}\nkilled by ${ended.signal}`.trim();
  return { exit: ended.exit, output, isOk: ended.exit === 0 };
}

const BASE_ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C.UTF-8',
} as const;

/** The command as it would be run, for people who want to see it before. */
export const shownCommand = ({ rules, given }: Deed): readonly string[] =>
  rules.command ? [...asUser(rules.user), ...filledCommand(rules.command, given.values)] : [];

const asUser = (user: string | undefined): string[] =>
  user === undefined ? [] : ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--init-groups'];

const textOf = (value: Yaml): string =>
  value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);

/** In a process of its own, so that neither a check that is late nor the next version of the file ends it. */
async function runCode(
  { target, action, rules, given }: Deed,
  { place, setting, context }: CodeOfCheck,
): Promise<Done> {
  using process = new RunnerProcess(setting);
  try {
    await process.ask({ do: 'load', path: place.path, revision: '' }, LOAD_MS);
    const code = target.code ?? -1;
    const { args, kwargs } = given;
    const request = {
      do: 'act',
      ...place,
      action: action.name,
      code,
      args,
      kwargs: Object.fromEntries(kwargs),
      context,
    } as const;
    await process.ask(request, rules.timeout);
    await process.finish();
    return { exit: 0, output: process.printed, isOk: true };
  } catch (error) {
    await process.finish();
    const reason = error instanceof RunnerLate ? `timeout after ${rules.timeout / 1_000}s` : messageOf(error);
    return { exit: null, output: `${process.printed}\n${reason}`.trim(), isOk: false };
  }
}
