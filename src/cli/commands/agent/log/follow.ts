import { defineCommand } from '../../../command.ts';
import { escaped } from '../../../escape.ts';
import { UsageError } from '../../../failure.ts';

const LEVELS = ['debug', 'info', 'warning', 'error'];

export default defineCommand({
  arguments: '<PART>',
  options: {
    level: { kind: 'value', placeholder: 'L', description: 'debug (when left out), info, warning or error' },
  },
  examples: ['agent log follow gossip', 'agent log follow dns --level info'],
  route: 'GET /log/follow/:part',
  async run({ args: [part = ''], options: { level = 'debug' } }, { agent, terminal, world }) {
    if (!LEVELS.includes(level.toLowerCase()))
      throw new UsageError(`--level: "${level}" is no level; write ${LEVELS.join(', ')}`);
    const stop = new AbortController();
    using _interrupt = world.onInterrupt(() => stop.abort());
    const lines = new Lines((line) => {
      if (terminal.json) terminal.line(JSON.stringify({ part, line }));
      else terminal.line(escaped(line));
    });
    const asked = { params: { part }, query: { level } };
    try {
      await agent.download('GET /log/follow/:part', asked, (chunk) => lines.take(chunk), { signal: stop.signal });
    } catch (error) {
      if (!stop.signal.aborted) throw error;
    }
    return 0;
  },
});

/** Whole lines out of pieces of them. */
class Lines {
  readonly #take: (line: string) => void;
  readonly #decoder = new TextDecoder();
  #rest = '';

  constructor(take: (line: string) => void) {
    this.#take = take;
  }

  take(chunk: Uint8Array): void {
    const lines = (this.#rest + this.#decoder.decode(chunk, { stream: true })).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#take(line);
  }
}
