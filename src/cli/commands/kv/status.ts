import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';

const PHASES = {
  starting: 'waits for the other nodes of its last ring',
  returning: 'compares itself with nodes it did not meet for long',
  running: 'serves',
};

export default defineCommand({
  examples: ['kv status', 'kv status --json'],
  route: 'GET /kv-status',
  async run(_, { agent, terminal }) {
    const status = await agent.ask('GET /kv-status', {});
    terminal.show(status, () => {
      const { engine, state, error, records, bytes, quarantined, ring } = status;
      terminal.line(`engine       ${engine}`);
      terminal.line(`store        ${state}${error === '' ? '' : `: ${escaped(error)}`}`);
      terminal.line(`records      ${records} (${bytes} bytes)`);
      if (quarantined > 0) terminal.line(`damaged      ${quarantined} records were set aside`);
      if (ring === null) return;
      if (ring.members.length === 0) {
        terminal.line('ring         none: no node of this zone has the group kv');
        return;
      }
      terminal.line(`this node    ${PHASES[ring.phase]}${ring.clock_sound ? '' : '; its clock is wrong'}`);
      terminal.line(`ring         ${ring.view}, ${readiness(ring)}`);
      if (ring.hints > 0) terminal.line(`hints        ${ring.hints} nodes missed writes and are brought them`);
      const rows = ring.members.map(({ node, name, state: member }) => [escaped(name), member, node]);
      terminal.table([{ title: 'MEMBER' }, { title: 'STATE' }, { title: 'ID' }], rows, 'no members');
    });
  },
});

interface Readiness {
  readonly ready: boolean;
  readonly settled: boolean;
  readonly unseen: number;
}

function readiness({ ready, settled, unseen }: Readiness): string {
  if (settled) return 'every member has what belongs to it';
  if (ready) return 'this node has what belongs to it, others have not yet';
  return `this node is getting what belongs to it (${unseen} nodes to compare with)`;
}
