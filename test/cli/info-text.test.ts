import { expect, test } from 'vitest';
import { infoText } from '../../src/cli/info-text.ts';

const INFO = {
  name: 'web1',
  display_name: '',
  system_distro: '',
  uuid: 'u1',
  local_addr: '10.0.0.1',
  public_addr: '10.0.0.1',
  socket: '/run/opsbro.sock',
  version: '1',
  node_version: 'v20',
  warnings: [],
  reasons: [],
  ports: {},
  is_zone_protected: false,
  is_zone_closed: false,
  hosting_drivers_state: [],
  topics: {},
  logs: { ERROR: [], WARNING: [] },
  cpu_consumption: 0,
  memory_consumption: 0,
  groups_all: [],
  collectors: {},
  monitoring: { ok: 0, warning: 0, critical: 0, unknown: 0, pending: 0 },
  kv: { backend: { name: 'level' }, stats: { keys: 0, size: 0, error: '' } },
  members: { alive: 1, suspect: 0, dead: 0, left: 0 },
  zone: 'lan',
};

test.each([
  [{}, '‼ zone do not have a gossip key'],
  [{ is_zone_protected: true }, '√ zone have a gossip key'],
  [{ is_zone_closed: true }, '‼ zone is closed: its key file cannot be used'],
])('of the key of its zone the node says, when it is %j', (over, text) => {
  const info = { ...INFO, ...over } as unknown as Parameters<typeof infoText>[0];
  const lines = infoText(info, { unicode: true, paint: (plain) => plain });
  expect(lines).toContain(` Zone:                 lan (${text})`);
});
