import { z } from 'zod';
import { numberIn } from '../base/numbers.ts';
import type { Metrics } from '../model/metrics.ts';
import type { Host } from '../net/host.ts';
import { readIfThere, readNeeded } from '../plugins/files.ts';
import { defineCollector, type KeyDoc } from '../plugins/kinds.ts';
import { ratesOf, sinceLast } from '../plugins/rates.ts';
import { known } from '../plugins/trees.ts';

/** Counters of `/proc/net/snmp`, by the words of the kernel, and what each counts. */
const TCP: readonly (readonly [string, string])[] = [
  ['ActiveOpens', 'Connections begun from here.'],
  ['PassiveOpens', 'Connections begun from elsewhere.'],
  ['AttemptFails', 'Connections that did not come about.'],
  ['EstabResets', 'Connections that were broken off.'],
  ['InSegs', 'Segments received.'],
  ['OutSegs', 'Segments sent.'],
  ['RetransSegs', 'Segments sent again.'],
  ['InErrs', 'Segments received with an error.'],
  ['OutRsts', 'Resets sent.'],
  ['InCsumErrors', 'Segments received with a wrong checksum.'],
];

const UDP: readonly (readonly [string, string])[] = [
  ['InDatagrams', 'Datagrams received.'],
  ['NoPorts', 'Datagrams received for a port that nothing is at.'],
  ['InErrors', 'Datagrams received and lost.'],
  ['OutDatagrams', 'Datagrams sent.'],
  ['RcvbufErrors', 'Datagrams lost as the buffer of the receiver was full.'],
  ['SndbufErrors', 'Datagrams not sent as the buffer was full.'],
  ['InCsumErrors', 'Datagrams received with a wrong checksum.'],
];

/** Counters of `/proc/net/netstat`: of some hundred those that tell of trouble. */
const TCP_EXTENSION: readonly (readonly [string, string])[] = [
  ['SyncookiesSent', 'Connections answered with a cookie, as too many were half open.'],
  ['SyncookiesFailed', 'Cookies that came back wrong.'],
  ['TW', 'Connections that ended and linger.'],
  ['ListenOverflows', 'Connections lost as the program did not take them in time.'],
  ['ListenDrops', 'Connections lost before a program could take them, for any reason.'],
  ['TCPTimeouts', 'Times that an answer was awaited in vain.'],
  ['TCPLostRetransmit', 'Segments that were sent again and lost again.'],
  ['TCPSynRetrans', 'Beginnings of connections sent again.'],
  ['TCPBacklogDrop', 'Segments lost as the program was too slow.'],
  ['TCPRcvQDrop', 'Segments lost as the buffer of the receiver was full.'],
  ['TCPOFOQueue', 'Segments that came out of order.'],
  ['TCPAbortOnTimeout', 'Connections given up as no answer came.'],
  ['TCPAbortOnMemory', 'Connections given up for want of memory.'],
  ['TCPReqQFullDrop', 'Connections lost as too many were half open.'],
  ['PruneCalled', 'Times that buffers had to be made smaller.'],
];

const RATES = [
  ...TCP.map(([name, meaning]) => ({ path: `Tcp.${name}`, key: `tcp.${name.toLowerCase()}`, meaning })),
  ...TCP_EXTENSION.map(([name, meaning]) => ({ path: `TcpExt.${name}`, key: `tcp.${name.toLowerCase()}`, meaning })),
  ...UDP.map(([name, meaning]) => ({ path: `Udp.${name}`, key: `udp.${name.toLowerCase()}`, meaning })),
];
const KEYS: ReadonlyMap<string, string> = new Map(RATES.map(({ path, key }) => [path, key]));

export default defineCollector({
  name: 'netstat',
  description: 'What TCP and UDP do: connections, segments, and what was lost or sent again.',
  options: z.object({}),
  keys: [
    ...RATES.map(({ key, meaning }): KeyDoc => ({ key: `${key}/s`, kind: 'rate', unit: '1/s', meaning })),
    { key: 'tcp.currestab', kind: 'gauge', unit: '', meaning: 'Connections that stand.' },
    { key: 'sockstat.*.mem', kind: 'gauge', unit: 'pages', meaning: 'Memory of the sockets of a protocol.' },
    {
      key: 'sockstat.*.*',
      kind: 'gauge',
      unit: '',
      meaning: 'Sockets of a protocol, such as `sockstat.tcp.inuse`, `sockstat.tcp.tw` or `sockstat.sockets.used`.',
    },
  ],

  configure: () => {
    const pairOf = sinceLast<ReadonlyMap<string, number>>();
    return async (host, signal) => {
      signal.throwIfAborted();
      const counters = await readCounters(host);
      const pair = pairOf(host.clock, counters);
      const rates = pair === undefined ? {} : ratesOf(pair, KEYS.values());
      const tree: Record<string, Metrics> = { ...branchesOf(rates), ...(await readSockets(host)) };
      const current = known({ currestab: counters.get('currestab') });
      return { ...tree, tcp: { ...tree['tcp'], ...current } };
    };
  },
});

/** The counters by our keys, and the connections that stand as `currestab`. */
async function readCounters(host: Host): Promise<ReadonlyMap<string, number>> {
  const snmp = parseTable(await readNeeded(host, '/proc/net/snmp'));
  const netstat = parseTable((await readIfThere(host, '/proc/net/netstat')) ?? '');
  const counters = new Map<string, number>();
  for (const [path, key] of KEYS) {
    const count = snmp.get(path) ?? netstat.get(path);
    if (count !== undefined) counters.set(key, count);
  }
  const current = snmp.get('Tcp.CurrEstab');
  if (current !== undefined) counters.set('currestab', current);
  return counters;
}

/** The numbers of pairs of lines such as `Tcp: InSegs OutSegs` and `Tcp: 5 6`, by `Tcp.InSegs`; pairs of no interest are passed over. */
export function parseTable(text: string): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>();
  const lines = text.split('\n');
  for (const [at, line] of lines.entries()) {
    const [title = '', ...names] = line.split(' ');
    const protocol = title.slice(0, -1);
    if (!isRead(protocol)) continue;
    const [again, ...values] = lines[at + 1]?.split(' ') ?? [];
    if (again !== title || numberIn(values[0]) === undefined) continue;
    for (const [place, name] of names.entries()) {
      const number = numberIn(values[place]);
      if (number !== undefined) numbers.set(`${protocol}.${name}`, number);
    }
  }
  return numbers;
}

const isRead = (protocol: string): boolean => protocol === 'Tcp' || protocol === 'Udp' || protocol === 'TcpExt';

/** `tcp.insegs/s` as `insegs/s` of the branch `tcp`. */
function branchesOf(rates: Readonly<Record<string, number>>): Record<string, Metrics> {
  const branches: Record<string, Record<string, number>> = { tcp: {}, udp: {} };
  for (const [key, rate] of Object.entries(rates)) {
    const dot = key.indexOf('.');
    const branch = branches[key.slice(0, dot)];
    if (branch) branch[key.slice(dot + 1)] = rate;
  }
  return branches;
}

async function readSockets(host: Host): Promise<{ readonly sockstat?: Metrics }> {
  const [old, new6] = [await readIfThere(host, '/proc/net/sockstat'), await readIfThere(host, '/proc/net/sockstat6')];
  const sockstat = parseSockets(`${old ?? ''}\n${new6 ?? ''}`);
  return Object.keys(sockstat).length > 0 ? { sockstat } : {};
}

/** Lines such as `TCP: inuse 5 orphan 0` as numbers by protocol, in lower case. */
export function parseSockets(text: string): Metrics {
  const protocols: [string, Metrics][] = [];
  for (const line of text.split('\n')) {
    const [title = '', ...words] = line.trim().split(' ');
    if (!title.endsWith(':')) continue;
    const numbers: [string, number][] = [];
    for (let at = 0; at + 1 < words.length; at += 2) {
      const number = numberIn(words[at + 1]);
      if (number !== undefined) numbers.push([words[at] ?? '', number]);
    }
    if (numbers.length > 0) protocols.push([title.slice(0, -1).toLowerCase(), Object.fromEntries(numbers)]);
  }
  return Object.fromEntries(protocols);
}
