import { defineCommand } from '../../command.ts';
import { UsageError } from '../../failure.ts';

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
    foreground: { kind: 'flag', description: 'stay in the foreground, which is what it does anyway' },
  },
  examples: ['agent start', 'agent start --home /tmp/two --port 0 --join 127.0.0.1:6768'],
  route: 'none',
  async run({ options }, { globals, world }) {
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
      debug: globals.debug,
    });
  },
});

function portOf(written: string | undefined): number | undefined {
  if (written === undefined) return undefined;
  if (/^\d{1,5}$/.test(written) && Number(written) <= 65_535) return Number(written);
  throw new UsageError(`--port: "${written}" is no port; write 0 to 65535`);
}
