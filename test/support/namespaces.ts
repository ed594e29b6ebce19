import { execFileSync } from 'node:child_process';
import { test } from 'vitest';
import { program } from './services.ts';

/** An address of a machine, with the length of its network. */
type Address = `${string}/${number}`;

/** A machine of a made-up network: what is started by its launcher sees that network and nothing else. */
export interface Machine {
  /** Words to put before those of a program, so that it runs there. */
  readonly launcher: readonly string[];
}

/** An Ethernet segment in network namespaces; all of it is gone when it is disposed of. */
export interface Segment extends Disposable {
  /** Plugs a machine in; its one interface beside loopback is `eth0`. */
  plug(name: string, addresses: readonly Address[]): Machine;
  /** Puts a machine on a side: those on different sides do not hear each other. All begin on side 0. */
  move(name: string, side: number): void;
  /** From now on every machine loses so many of a hundred packets that come to it, at random; 0 makes all well again. Needs the program `nft`. */
  lose(percent: number): void;
}

const IP = program('ip') ?? 'ip';
const ip = (...words: readonly string[]): void => {
  execFileSync(IP, words, { stdio: 'pipe' });
};

/** Rules of nftables, with and without a filter. */
const HEARS_ALL = 'table inet opsbro_test\ndelete table inet opsbro_test\n';
const losing = (percent: number): string =>
  `table inet opsbro_test { chain input { type filter hook input priority 0; iifname eth0 numgen random mod 100 < ${percent} drop; }; }\n`;

let segments = 0;

/** Makes a segment with nobody on it: a bridge in a namespace of its own, so that nothing of this machine is touched. */
export function openSegment(): Segment {
  segments += 1;
  const prefix = `opsbro-test-${process.pid}-${segments}`;
  const made: string[] = [];
  const add = (name: string): string => {
    const namespace = `${prefix}-${name}`;
    ip('netns', 'add', namespace);
    made.push(namespace);
    ip('-n', namespace, 'link', 'set', 'lo', 'up');
    return namespace;
  };
  const hub = add('hub');
  const bridges = new Set<string>();
  const bridge = (side: number): string => {
    const made = `bridge${side}`;
    if (bridges.has(made)) return made;
    ip('-n', hub, 'link', 'add', made, 'type', 'bridge');
    ip('-n', hub, 'link', 'set', made, 'up');
    bridges.add(made);
    return made;
  };
  const ports = new Map<string, string>();
  const machines: string[] = [];
  return {
    lose(percent) {
      const rules = percent === 0 ? HEARS_ALL : `${HEARS_ALL}${losing(percent)}`;
      for (const namespace of machines)
        execFileSync(IP, ['netns', 'exec', namespace, 'nft', '-f', '-'], { input: rules, stdio: 'pipe' });
    },
    move(name, side) {
      ip('-n', hub, 'link', 'set', ports.get(name) ?? '', 'master', bridge(side));
    },
    plug(name, addresses) {
      const namespace = add(name);
      machines.push(namespace);
      const port = `port${made.length}`;
      ip('-n', hub, 'link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace);
      ports.set(name, port);
      ip('-n', hub, 'link', 'set', port, 'master', bridge(0), 'up');
      // Without the seconds in which nobody else may have the address.
      for (const address of addresses) ip('-n', namespace, 'address', 'add', address, 'dev', 'eth0', ...flags(address));
      ip('-n', namespace, 'link', 'set', 'eth0', 'addrgenmode', 'eui64', 'up');
      return { launcher: [IP, 'netns', 'exec', namespace] };
    },
    [Symbol.dispose]() {
      for (const namespace of made.reverse()) ip('netns', 'delete', namespace);
    },
  };
}

const flags = (address: Address): string[] => (address.includes(':') ? ['nodad'] : []);

/**
 * A test that makes networks of its own. Without the programs it needs it is skipped and says so, and with OPSBRO_REQUIRE_SERVICES=1 it fails;
 * where the system allows no network namespaces, which nothing can install, it is skipped in either case.
 */
export function testOnSegment(
  title: string,
  body: (segment: Segment) => Promise<void>,
  timeoutMs: number,
  needs: readonly string[] = ['ip'],
): void {
  const run = async () => {
    using segment = openSegment();
    await body(segment);
  };
  const missing = needs.find((each) => program(each) === undefined);
  if (missing && process.env['OPSBRO_REQUIRE_SERVICES'] === '1') {
    test(title, () => {
      throw new Error(`${missing} is not installed`);
    });
  } else if (missing) test.skip(`${title} (${missing} is not installed)`, () => {});
  else if (!isAllowed()) test.skip(`${title} (this user may make no network namespaces)`, () => {});
  else test(title, run, timeoutMs);
}

/** Whether networks can be made here. */
function isAllowed(): boolean {
  try {
    openSegment()[Symbol.dispose]();
    return true;
  } catch {
    return false;
  }
}
