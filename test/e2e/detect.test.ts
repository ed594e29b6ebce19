import { join } from 'node:path';
import { expect } from 'vitest';
import { RunningAgent } from '../support/agent.ts';
import { testOnSegment } from '../support/namespaces.ts';
import { tempDirectory } from '../support/temp.ts';

for (const [bindA, bindB] of [['10.77.0.1','10.77.0.2'],['0.0.0.0','0.0.0.0'],['::','::'],['0.0.0.0','10.77.0.2'],['10.77.0.1','::'],['fd77::1','fd77::2'],['fd77::1','::'],['::','fd77::2']])
testOnSegment(`exp ${bindA} ${bindB}`, async (segment) => {
  using dir = tempDirectory();
  const mk = (name: string, bind: string, n: number) => new RunningAgent(join(dir.path, name), { OPSBRO_NAME: name, OPSBRO_BIND: bind, OPSBRO_INSECURE: 'true', OPSBRO_PORT: '6768' }, segment.plug(name, [`10.77.0.${n}/24`, `fd77::${n}/64`]));
  await using a = mk('a', bindA ?? '', 1);
  await using b = mk('b', bindB ?? '', 2);
  await Promise.all([a.ready(), b.ready()]);
  console.log(bindA, bindB, JSON.stringify(await a.opsbro('gossip', 'detect', '--timeout', '1')), JSON.stringify(await b.opsbro('gossip', 'detect', '--timeout', '1')));
  expect(1).toBe(1);
}, 30_000);
