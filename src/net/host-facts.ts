import { lookup, lookupService } from 'node:dns/promises';
import { readFileSync, readlinkSync } from 'node:fs';

import { hostname, machine, networkInterfaces, userInfo } from 'node:os';
import type { Clock } from '../base/clock.ts';
import type { HostFacts, InterfaceAddress, Timezone } from './host.ts';
import { fullName, type Names, namesInHosts } from './host-names.ts';
import { timezoneOf } from './host-timezone.ts';

/** Name servers may be gone; a machine without them still knows its name. */
const LOOKUP_MS = 2_000;
const NAMES_AGE_MS = 3_600_000;

/** Finds out who and what this machine is. What other machines are asked for is kept for an hour. */
export class Facts {
  readonly #clock: Clock;
  #names: { readonly hostname: string; readonly at: number; readonly found: Promise<Names> } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async read(): Promise<HostFacts> {
    const name = hostname();
    const [names, timezone] = [await this.#namesOf(name), readTimezone(this.#clock)];
    return { hostname: name, architecture: machine(), ...whoWeAre(), ...names, timezone };
  }

  #namesOf(name: string): Promise<Names> {
    const known = this.#names;
    if (known?.hostname === name && this.#clock.now() - known.at < NAMES_AGE_MS) return known.found;
    const found = findNames(name, this.#clock);
    this.#names = { hostname: name, at: this.#clock.now(), found };
    return found;
  }
}

/** Every address of every network interface. */
export function interfaceAddresses(): InterfaceAddress[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses.map(({ address, netmask, family, mac, internal }) => ({
      name,
      address,
      netmask,
      family: family === 'IPv4' ? (4 as const) : (6 as const),
      mac,
      internal,
    })),
  );
}

function whoWeAre(): Pick<HostFacts, 'user' | 'uid' | 'gid'> {
  const [uid, gid] = [process.getuid?.() ?? -1, process.getgid?.() ?? -1];
  try {
    return { user: userInfo().username, uid, gid };
  } catch {
    // A user id without an entry, as is usual in containers.
    return { user: String(uid), uid, gid };
  }
}

async function findNames(name: string, clock: Clock): Promise<Names> {
  const known = namesInHosts(textOf('/etc/hosts') ?? '', name);
  if (known) return known;
  return await new Promise((resolve) => {
    const nothing = { fqdn: name, addresses: [] };
    const timer = clock.after(LOOKUP_MS, () => resolve(nothing));
    askResolver(name)
      .then(resolve, () => resolve(nothing))
      .finally(() => timer[Symbol.dispose]());
  });
}

async function askResolver(name: string): Promise<Names> {
  const addresses = (await lookup(name, { all: true })).map(({ address }) => address);
  const [first] = addresses;
  if (first === undefined || name.includes('.')) return { fqdn: name, addresses };
  const service = await lookupService(first, 0).catch(() => undefined);
  return { fqdn: service ? fullName(name, service.hostname) : name, addresses };
}

function readTimezone(clock: Clock): Timezone {
  const [file, rules] = [textOf('/etc/timezone'), textOf('/etc/localtime')];
  const link = tried(() => readlinkSync('/etc/localtime'));
  const offsetS = 60 * (0 - new Date(clock.wall()).getTimezoneOffset());
  const { TZ: variable } = process.env;
  return timezoneOf({ variable, link, file, rules, offsetS });
}

/** Small files of the system, which are read at once: the thread pool would cost more than the reading. */
const textOf = (path: string): string | undefined => tried(() => readFileSync(path, 'latin1'));

function tried<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
