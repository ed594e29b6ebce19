/** Runs an agent in this process, from `opsbro agent start` to its exit code. */
import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { delay, systemClock } from '../base/clock.ts';
import { Disposal } from '../base/disposal.ts';
import { FAILURES, messageOf, OpsbroError } from '../base/errors.ts';
import type { Home } from '../base/home.ts';
import { crashText } from './crash.ts';
import { writeDebugFile } from './debug-file.ts';
import { greeting } from './greeting.ts';
import { lookOnce } from './one-shot.ts';
import { BrokenConfiguration, type Prepared, prepare, type StartOptions } from './prepare.ts';
import { tellReady } from './service-manager.ts';

const GREETING_WAIT_MS = 2_300;
const STOP_LIMIT_MS = 20_000;
/** A process that has stopped ends by itself; after so long it is ended. */
const LINGER_LIMIT_MS = 5_000;
const CRASH_LIMIT_MS = 5_000;
const SECOND_SIGNAL_MS = 2_000;
const EXIT_BUG = 70;
const EXIT_SIGNALLED = { SIGINT: 130, SIGTERM: 143 } as const;

/** Starts an agent and stays until it has stopped. Resolves with the exit code: 0 after an orderly stop, 2 when it cannot start. */
export async function startAgent(options: StartOptions): Promise<number> {
  const opened = new Disposal();
  let prepared: Prepared;
  try {
    prepared = await prepare(options, opened);
  } catch (error) {
    await opened[Symbol.asyncDispose]();
    return refuse(error);
  }
  const { agent, world, config } = prepared;
  title(config.process_name, 'initializing');
  obeySignals(prepared);
  guardAgainstCrash(prepared, opened);
  if (options.oneShotMs !== undefined) return await lookOnce(prepared, opened, options.oneShotMs);
  void tellReady(world, process.env);
  const running = agent.run();
  await Promise.race([running, delay(systemClock, GREETING_WAIT_MS), agent.stopWanted]);
  process.stdout.write(
    greeting({
      version: world.version,
      name: agent.name,
      groups: agent.groups,
      zone: agent.zone,
      domain: config.dns.domain,
      ports: world.ports.all(),
      socket: world.socketPath,
      warnings: agent.warnings,
      command: commandFor(world.home),
    }),
  );
  void running.then(() => title(config.process_name, 'running'));
  await agent.stopWanted;
  title(config.process_name, 'stopping');
  world.log.logger.info({}, 'stopping');
  return await closed(opened);
}

/** How to call the command line for this agent: from a checkout by its path, for another home by naming it. */
function commandFor({ kind, root, shipped }: Home): string {
  const isCheckout = existsSync(join(shipped, '../src'));
  return `${isCheckout ? 'bin/opsbro' : 'opsbro'}${kind === 'given' ? ` --home ${root}` : ''}`;
}

/** What cannot start says why; what it had opened is closed again. */
function refuse(error: unknown): number {
  if (!(error instanceof OpsbroError)) throw error;
  const prefix = error instanceof BrokenConfiguration ? '' : 'error: ';
  process.stderr.write(`${prefix}${error.message}\n`);
  return error.code === 'conflict' ? 2 : FAILURES[error.code].exit || 2;
}

const title = (name: string, state: string): void => {
  process.title = `${name} [${state}]`;
};

async function closed(opened: Disposal): Promise<number> {
  const late = delay(systemClock, STOP_LIMIT_MS).then(() => 'late' as const);
  const done = opened[Symbol.asyncDispose]().then(() => 'done' as const);
  if ((await Promise.race([done, late])) === 'done') {
    // This timer keeps nothing alive: it only goes off where something else does, that was forgotten.
    systemClock.after(LINGER_LIMIT_MS, () => process.exit(0));
    return 0;
  }
  process.stderr.write(`error: the agent did not stop within ${STOP_LIMIT_MS / 1_000} s; it is ended\n`);
  return EXIT_BUG;
}

function obeySignals({ agent, world }: Prepared): void {
  let firstAt = Number.NEGATIVE_INFINITY;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (world.clock.now() - firstAt < SECOND_SIGNAL_MS) process.exit(EXIT_SIGNALLED[signal]);
      firstAt = world.clock.now();
      agent.stop({ leave: false });
    });
  }
  process.on('SIGUSR2', () => writeDebugFile(world, agent.inside.state()));
  process.on('SIGHUP', () => {
    world.log.reopen();
    agent.reload().catch((error: unknown) => {
      world.log.logger.error({ reason: messageOf(error) }, 'the configuration could not be read again');
    });
  });
}

/** A full disk must not keep the agent from stopping. */
function writeCrash(file: string, text: string): void {
  try {
    appendFileSync(file, text);
  } catch {
    process.stderr.write(text);
  }
}

/** What nobody caught is a bug: it is written down, the agent stops as orderly as it can, and who supervises it starts it again. */
function guardAgainstCrash({ world }: Prepared, opened: Disposal): void {
  process.once('uncaughtException', (error) => {
    const crash = { error, at: world.clock.wall(), version: world.version, nodeVersion: process.versions.node };
    writeCrash(join(world.home.log, 'crash.log'), crashText(crash));
    process.stderr.write(
      `error: a bug ended the agent: ${messageOf(error)}; please report ${world.home.log}/crash.log\n`,
    );
    void Promise.race([opened[Symbol.asyncDispose](), delay(systemClock, CRASH_LIMIT_MS)]).finally(() =>
      process.exit(EXIT_BUG),
    );
  });
}
