import { spawn } from 'node:child_process';
import { OpsbroError } from '../../base/errors.ts';
import { defineCommand } from '../command.ts';

export default defineCommand({
  options: { print: { kind: 'flag', description: 'only print the address' } },
  examples: ['ui', 'ui --print'],
  route: 'GET /agent/info',
  async run({ options: { print } }, { agent, terminal, world }) {
    const { http } = (await agent.ask('GET /agent/info', {})).ports;
    if (http === undefined)
      throw new OpsbroError('conflict', 'the page is not served: the door http of the agent is closed');
    const url = `http://127.0.0.1:${http}/ui/`;
    terminal.show({ url }, () => terminal.line(url));
    if (!print && terminal.isTerminal && world.env.DISPLAY !== undefined) open(url);
  },
});

/** Whether that works is seen on the screen. */
function open(url: string): void {
  const browser = spawn('xdg-open', [url], { detached: true, stdio: 'ignore' });
  browser.on('error', () => {});
  browser.unref();
}
