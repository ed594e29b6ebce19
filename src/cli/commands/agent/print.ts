import { didYouMean } from '../../../base/nearest.ts';
import { type Context, defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { UsageError } from '../../failure.ts';

type Info = Awaited<ReturnType<typeof infoOf>>;

const infoOf = ({ agent }: Context) => agent.ask('GET /agent/info', {});

const FACTS: ReadonlyMap<string, (info: Info) => unknown> = new Map<string, (info: Info) => unknown>([
  ['uuid', ({ uuid }) => uuid],
  ['local-addr', ({ local_addr }) => local_addr],
  ['public-addr', ({ public_addr }) => public_addr],
  ['name', ({ name }) => name],
  ['zone', ({ zone }) => zone],
  ['state', ({ agent_state }) => agent_state],
  ['version', ({ version }) => version],
  ['ports', ({ ports }) => ports],
  ['pid', ({ pid }) => pid],
]);

export default defineCommand({
  arguments: '<FACT>',
  examples: ['agent print uuid', 'agent print ports --json'],
  route: 'GET /agent/info',
  async run({ args: [wanted = ''] }, context) {
    const fact = FACTS.get(wanted);
    const known = [...FACTS.keys()];
    if (fact === undefined) {
      throw new UsageError(`there is no fact "${wanted}"${didYouMean(wanted, known)}; possible: ${known.join(', ')}`);
    }
    const value = fact(await infoOf(context));
    context.terminal.show(value, () => {
      const isText = typeof value === 'string' || typeof value === 'number';
      context.terminal.line(escaped(isText ? String(value) : JSON.stringify(value)));
    });
  },
});
