import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';

/** A handler may take 30 seconds for a message, and another before it. */
const TIMEOUT_MS = 65_000;
const FAILED = 2;

export default defineCommand({
  arguments: '<NAME>',
  examples: ['handlers test mail', 'handlers test mail --json'],
  route: 'POST /agent/handlers/NAME/test',
  async run({ args: [name = ''] }, { agent, terminal }) {
    const asked = { params: { name } };
    const tested = await agent.ask('POST /agent/handlers/:name/test', asked, { timeoutMs: TIMEOUT_MS });
    const answer = tested.answer === '' ? '' : `: ${escaped(tested.answer)}`;
    terminal.show(tested, () => {
      if (tested.delivered)
        terminal.line(`${escaped(name)} took the test message after ${Math.round(tested.ms)} ms${answer}`);
      else terminal.line(`${escaped(name)} did not take the test message${answer}`);
    });
    return tested.delivered ? 0 : FAILED;
  },
});
