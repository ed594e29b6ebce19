import { expect, test } from 'vitest';
import { infoText } from '../../src/cli/info-text.ts';

const INFO = {
  name: 'a',
  display_name: '',
  system_distro: '',
  local_addr: '',
  public_addr: '',
  socket: '',
  version: '',
  node_version: '',
  warnings: [],
  reasons: [],
  ports: {},
  dns_open_to: [],
  is_zone_protected: false,
  is_zone_closed: false,
  hosting_drivers_state: [],
  topics: {},
  logs: { ERROR: [], WARNING: [] },
  cpu_consumption: 0,
  memory_consumption: 0,
  groups_all: [],
  collectors: {},
  modules: {},
  monitoring: { ok: 0, warning: 0, critical: 0, unknown: 0, pending: 0, suppressed: 0, alerts: 0 },
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

test.each([
  [[], undefined],
  [['10.0.0.0/8', 'fc00::/7'], 'open to 10.0.0.0/8, fc00::/7'],
])('of its name server the node says to whom it is open: %j', (networks, text) => {
  const info = { ...INFO, dns_open_to: networks } as unknown as Parameters<typeof infoText>[0];
  const lines = infoText(info, { unicode: true, paint: (plain) => plain });
  expect(lines.find((line) => line.startsWith(' DNS:'))?.replace(/^.*?:\s+/, '')).toBe(text);
});

test.each([
  [{}, '1 OK / 0 WARNING / 0 CRITICAL / 0 UNKNOWN / 0 PENDING', undefined],
  [{ suppressed: 3 }, '1 OK / 0 WARNING / 0 CRITICAL / 0 UNKNOWN / 0 PENDING / 3 SUPPRESSED', undefined],
  [{ alerts: 2 }, '1 OK / 0 WARNING / 0 CRITICAL / 0 UNKNOWN / 0 PENDING', '2 open'],
])('of its checks the node says, with %j, %s', (over, states, alerts) => {
  const monitoring = { ...INFO.monitoring, ok: 1, ...over };
  const info = { ...INFO, monitoring } as unknown as Parameters<typeof infoText>[0];
  const lines = infoText(info, { unicode: true, paint: (plain) => plain });
  const rowOf = (label: string) => lines.find((line) => line.startsWith(` ${label}:`))?.replace(/^.*?:\s+/, '');
  expect([rowOf('Check states'), rowOf('Alerts')]).toEqual([states, alerts]);
});
