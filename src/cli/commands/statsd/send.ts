import { createSocket } from 'node:dgram';
import { OpsbroError } from '../../../base/errors.ts';
import { defineCommand } from '../../command.ts';
import { portOf } from '../../door-port.ts';
import { escaped } from '../../escape.ts';
import { UsageError } from '../../failure.ts';

const TYPES = ['c', 'g', 'ms', 'h', 'd', 's', 'm'];

export default defineCommand({
  arguments: '<NAME> <VALUE> <TYPE>',
  options: {
    rate: { kind: 'value', placeholder: 'R', description: 'the part of all samples that is sent, such as 0.1' },
  },
  examples: ['statsd send api.hits 1 c', 'statsd send api.time 320 ms --rate 0.1'],
  route: 'GET /agent/info',
  dashes: 'arguments',
  async run({ args: [name = '', value = '', type = ''], options: { rate } }, { agent, terminal }) {
    if (!TYPES.includes(type)) throw new UsageError(`"${escaped(type)}" is no type; write one of ${TYPES.join(', ')}`);
    const port = portOf(await agent.ask('GET /agent/info', {}), 'statsd', 'statsd.enabled');
    const line = `${name}:${value}|${type}${rate === undefined ? '' : `|@${rate}`}`;
    if (/[\r\n]/.test(line)) throw new UsageError('a sample is one line');
    await send(line, port);
    terminal.show({ line, port }, () => terminal.line(`sent ${escaped(line)} to port ${port}`));
  },
});

/** Whether it arrives nobody tells: the protocol has no answers. */
const send = (line: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.send(line, port, '127.0.0.1', (error) => {
      socket.close();
      if (error) reject(new OpsbroError('unreachable', `cannot be sent: ${error.message}`, { cause: error }));
      else resolve();
    });
  });
