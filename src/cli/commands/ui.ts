import { spawn } from 'node:child_process';
import { OpsbroError } from '../../base/errors.ts';
import type { AgentClient } from '../client.ts';
import { defineCommand } from '../command.ts';
import { AgentRefusal } from '../failure.ts';

/** Opens an address in whatever browser the user has. */
const OPENER = 'xdg-open';

export default defineCommand({
  options: { print: { kind: 'flag', description: 'only print the address' } },
  examples: ['ui', 'ui --print'],
  route: 'POST /login/ticket',
  async run({ options: { print } }, { agent, terminal, world }) {
    const { ports, is_http_secure: isSecure } = await agent.ask('GET /agent/info', {});
    const { http } = ports;
    if (http === undefined)
      throw new OpsbroError('conflict', 'the page is not served: the door http of the agent is closed');
    const url = `${isSecure ? 'https://localhost' : 'http://127.0.0.1'}:${http}/ui/${await login(agent)}`;
    terminal.show({ url }, () => terminal.line(url));
    if (!print && terminal.isTerminal && world.env.DISPLAY !== undefined) open(url);
  },
});

/** What opens the page as who asks, once within a minute: it stands behind the #, which no server and no log sees. Who only reads needs none. */
async function login(agent: AgentClient): Promise<string> {
  try {
    return `login#t=${(await agent.ask('POST /login/ticket', {})).ticket}`;
  } catch (error) {
    if (error instanceof AgentRefusal && (error.status === 401 || error.status === 403)) return '';
    throw error;
  }
}

/** Whether that works is seen on the screen. */
function open(url: string): void {
  const browser = spawn(OPENER, [url], { detached: true, stdio: 'ignore' });
  browser.on('error', () => {});
  browser.unref();
}
