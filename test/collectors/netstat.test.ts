import { expect, test } from 'vitest';
import netstat, { parseSockets, parseTable } from '../../src/collectors/netstat.ts';
import { SimulatedClock } from '../support/clock.ts';
import { fakeHost, never } from '../support/host.ts';
import { MODERN } from '../support/machines.ts';

test('has rates from the second look on, and what is at this moment from the first', async () => {
  const clock = new SimulatedClock();
  const files: Record<string, string> = { ...MODERN };
  const collect = netstat.configure({});
  const sockstat = {
    sockets: { used: 165 },
    tcp: { inuse: 12, orphan: 0, tw: 4, alloc: 15, mem: 7 },
    udp: { inuse: 3, mem: 1 },
    tcp6: { inuse: 5 },
    udp6: { inuse: 2 },
  };
  expect(await collect(fakeHost({ files, clock }), never)).toEqual({ tcp: { currestab: 17 }, udp: {}, sockstat });

  await clock.runAsync(10_000);
  files['/proc/net/snmp'] = MODERN['/proc/net/snmp'].replace('11737', '11767').replace('1132544', '1132044');
  files['/proc/net/netstat'] = MODERN['/proc/net/netstat'].replace(' 7 9 ', ' 17 9 ');
  const tree = await collect(fakeHost({ files, clock }), never);
  expect(tree['tcp']).toMatchObject({ 'retranssegs/s': 3, 'listenoverflows/s': 1, 'activeopens/s': 0, currestab: 17 });
  // Fewer datagrams than before: the counter was reset.
  expect(tree['udp']).not.toHaveProperty('indatagrams/s');
  expect(tree['udp']).toMatchObject({ 'noports/s': 0 });
});

test('a table that breaks off gives what is whole', () => {
  expect([...parseTable('Tcp: InSegs OutSegs\nTcp: 5\nUdp: InErrors\nTcp: 1')]).toEqual([['Tcp.InSegs', 5]]);
  expect(parseSockets('TCP: inuse\nUDP inuse 3\nRAW: inuse 4 x\n')).toEqual({ raw: { inuse: 4 } });
});

test('a machine without the table is not eligible', async () => {
  await expect(netstat.configure({})(fakeHost(), never)).rejects.toThrow('this system has no /proc/net/snmp');
});
