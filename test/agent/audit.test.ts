import { expect, test } from 'vitest';
import { Audit } from '../../src/agent/audit.ts';
import { silent } from '../../src/base/log.ts';
import type { AuditEntry } from '../../src/http/audit-entry.ts';
import { SimulatedClock } from '../support/clock.ts';
import { memoryShelf } from '../support/shelf.ts';

const ENTRY: AuditEntry = {
  ...{ who: 'token ci', address: '10.0.0.1', method: 'PUT', target: '/kv/a', route: '/kv/:key*' },
  ...{ access: 'write', status: 200 },
};

test('of keys and results, which have histories of their own, only what was refused is in that of the audit', async () => {
  using audit = await Audit.open({ clock: new SimulatedClock(), log: silent, shelf: memoryShelf() });

  const statuses = [200, 404, 409, 401, 403, 429];
  for (const status of statuses) audit.note({ ...ENTRY, status });
  audit.note({ ...ENTRY, route: '/monitoring/checks/:id*/result', status: 403 });
  audit.note({ ...ENTRY, route: '/agent/reload' });
  expect((await audit.changes()).map(({ status }) => status)).toEqual([401, 403, 429, 403, 200]);
});
