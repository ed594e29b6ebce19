import { defineCommand, type GlobalOptions } from '../../command.ts';
import { startDaemon } from '../../daemon.ts';
import { UsageError } from '../../failure.ts';

const ONE_SHOT_MS = 120_000;

export default defineCommand({
  options: {
    'cfg-dir': { kind: 'value', placeholder: 'DIR', description: 'configuration directory' },
    'data-dir': { kind: 'value', placeholder: 'DIR', description: 'directory of what is kept over a restart' },
    'log-dir': { kind: 'value', placeholder: 'DIR', description: 'directory of log files' },
    'log-level': { kind: 'value', placeholder: 'L', description: 'debug, info, warning or error' },
    bind: { kind: 'value', placeholder: 'A', description: 'address of gossip' },
    port: { kind: 'value', placeholder: 'N', description: 'port of gossip; 0 takes a free one' },
    join: {
      kind: 'values',
      placeholder: 'ADDR',
      description: 'a node to join at the start; may be given more than once',
    },
    'auto-detect': {
      kind: 'flag',
      description: 'while no other node is known, ask the local networks who is there every ten seconds, and join',
    },
    strict: { kind: 'flag', description: 'do not start with errors in packs and objects' },
    daemon: { kind: 'flag', description: 'start it, wait until it answers, and leave it alone' },
    'one-shot': {
      kind: 'flag',
      description: 'look at everything once without any door or pool, and end; --timeout says how long that may take',
    },
    foreground: { kind: 'flag', description: 'stay in the foreground, which is what it does anyway' },
  },
  examples: ['agent start', 'agent start --home /tmp/two --port 0 --join 127.0.0.1:6768'],
  route: 'none',
  async run({ options }, context) {
    const { globals, world } = context;
    if (options.daemon && options['one-shot']) throw new UsageError('--daemon and --one-shot do not go together');
    if (options.daemon) return await startDaemon(wordsOf(options, globals), context);
    const { startAgent } = await import('../../../agent/main.ts');
    world.outliveOutput();
    return await startAgent({
      home: globals.home,
      cfgDir: options['cfg-dir'] ?? globals.config,
      dataDir: options['data-dir'],
      logDir: options['log-dir'],
      socket: globals.socket,
      logLevel: options['log-level'],
      bind: options.bind,
      port: portOf(options.port),
      join: options.join,
      autoDetect: options['auto-detect'],
      strict: options.strict,
      ...(options['one-shot'] && { oneShotMs: globals.timeoutMs ?? ONE_SHOT_MS }),
      debug: globals.debug,
    });
  },
});

/** The same words again, for the process that stays. */
function wordsOf(options: Readonly<Record<string, unknown>>, { home, config, socket, debug }: GlobalOptions): string[] {
  const given = { ...options, home, config, socket, debug, daemon: undefined };
  return Object.entries(given).flatMap(([name, value]) => {
    if (value === true) return [`--${name}`];
    if (typeof value === 'string') return [`--${name}`, value];
    return Array.isArray(value) ? value.flatMap((each) => [`--${name}`, String(each)]) : [];
  });
}

function portOf(written: string | undefined): number | undefined {
  if (written === undefined) return undefined;
  if (/^\d{1,5}$/.test(written) && Number(written) <= 65_535) return Number(written);
  throw new UsageError(`--port: "${written}" is no port; write 0 to 65535`);
}
