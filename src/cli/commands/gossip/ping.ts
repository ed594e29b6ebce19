import type { Api } from '../../../http/api.ts';
import { defineCommand } from '../../command.ts';
import { countIn } from '../../count.ts';
import { escaped } from '../../escape.ts';
import { pause } from '../../initialized.ts';

const PATIENCE_MS = 3_000;
const ANSWER_MS = 10_000;
const BETWEEN_MS = 1_000;
const PINGS = { least: 1, most: 1_000_000 };

export default defineCommand({
  arguments: '<NODE>',
  options: { count: { kind: 'value', placeholder: 'N', description: 'so many times, a second apart' } },
  examples: ['gossip ping web1', 'gossip ping web1 --count 5 --timeout 1s'],
  route: 'POST /agent/ping',
  async run({ args: [node = ''], options }, { agent, terminal, globals }) {
    const count = countIn('--count', options.count ?? '1', PINGS);
    const patience = globals.timeoutMs ?? PATIENCE_MS;
    const body = { node, timeout: `${patience}ms` };
    const pings: Api['POST /agent/ping']['answer'][] = [];
    for (let nth = 0; nth < count; nth += 1) {
      if (nth > 0) await pause(BETWEEN_MS);
      const ping = await agent.ask('POST /agent/ping', { body }, { timeoutMs: patience + ANSWER_MS });
      pings.push(ping);
      if (!terminal.json) terminal.line(sentenceOf(ping));
    }
    if (terminal.json) terminal.show(count === 1 ? pings[0] : pings, () => undefined);
    return pings.some(({ rtt_ms }) => rtt_ms !== null) ? 0 : 2;
  },
});

const sentenceOf = ({ name, state, rtt_ms }: Api['POST /agent/ping']['answer']): string =>
  rtt_ms === null
    ? `${escaped(name)} does not answer (it is held to be ${state})`
    : `${escaped(name)} is ${state}, ${rtt_ms.toFixed(1)} ms`;
