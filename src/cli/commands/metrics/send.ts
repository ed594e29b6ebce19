import { once } from 'node:events';
import { connect } from 'node:net';
import { messageOf, OpsbroError } from '../../../base/errors.ts';
import { defineCommand } from '../../command.ts';
import { portOf } from '../../door-port.ts';
import { escaped } from '../../escape.ts';
import { UsageError } from '../../failure.ts';

export default defineCommand({
  arguments: '<NAME> <VALUE> [TIME]',
  examples: ['metrics send deploys.web 1', 'metrics send room.temperature 21.5 1767225600'],
  route: 'GET /agent/info',
  dashes: 'arguments',
  async run({ args: [name = '', value = '', time = '-1'] }, { agent, terminal }) {
    if (!Number.isFinite(Number(value)) || value.trim() === '')
      throw new UsageError(`"${escaped(value)}" is no number`);
    if (!/^(?:-1|\d{1,10})$/.test(time)) throw new UsageError(`"${escaped(time)}" is no time; write epoch seconds`);
    if (/\s/.test(name)) throw new UsageError('a name has no blanks');
    const port = portOf(await agent.ask('GET /agent/info', {}), 'graphite', 'graphite.enabled');
    const line = `${name} ${value} ${time}`;
    await send(line, port);
    terminal.show({ line, port }, () => terminal.line(`sent ${escaped(line)} to port ${port}`));
  },
});

async function send(line: string, port: number): Promise<void> {
  try {
    const socket = connect(port, '127.0.0.1').end(`${line}\n`).resume();
    await once(socket, 'close');
  } catch (error) {
    throw new OpsbroError('unreachable', `cannot be sent: ${messageOf(error)}`, { cause: error });
  }
}
