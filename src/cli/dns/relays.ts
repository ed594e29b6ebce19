/** What listens on port 53 of a machine may pass the names of the pool on to the agent: which program that is, and the file that tells it so. */

/** How the agent is asked, and for what. */
export interface Answerer {
  readonly port: number;
  readonly domain: string;
  /** The networks whose addresses have names here, such as `10.0.0.0/8`. */
  readonly networks: readonly string[];
}

/** A program that may pass names on. */
export interface Relay {
  readonly name: string;
  /** The file that is written for it, and for nothing else. */
  readonly file: string;
  /** What makes it read the file. */
  readonly reload: string;
  readonly content: (answerer: Answerer) => string;
}

/** What is looked at to find out which program is at work. */
export interface Machine {
  /** The text of a file; `undefined` when there is none. */
  read(path: string): Promise<string | undefined>;
  /** The names of the programs that run. */
  running(): Promise<ReadonlySet<string>>;
}

const MARK = '# Written by "opsbro dns install"; "opsbro dns uninstall" takes it away.\n';

const dnsmasqLines = ({ port, domain, networks }: Answerer): string =>
  [
    `server=/${domain}/127.0.0.1#${port}`,
    ...networks.map((network) => `rev-server=${network},127.0.0.1#${port}`),
    `rebind-domain-ok=/${domain}/`,
    '',
  ].join('\n');

const resolvedLines = ({ port, domain }: Answerer): string =>
  `[Resolve]\nDNS=127.0.0.1:${port}\nDNSSEC=false\nDomains=~${domain}\n`;

function unboundLines({ port, domain, networks }: Answerer): string {
  const reverse = networks.map(reverseZone);
  const forward = (zone: string) => `forward-zone:\n  name: "${zone}"\n  forward-addr: 127.0.0.1@${port}\n`;
  return [
    'server:\n  do-not-query-localhost: no\n',
    `  domain-insecure: "${domain}"\n`,
    ...reverse.map((zone) => `  local-zone: "${zone}" nodefault\n`),
    ...[`${domain}.`, ...reverse].map(forward),
  ].join('');
}

/** The zone of the names of a network whose length is 8, 16 or 24 bits. */
function reverseZone(network: string): string {
  const [address = '', bits = '8'] = network.split('/');
  return `${address
    .split('.')
    .slice(0, Number(bits) / 8)
    .reverse()
    .join('.')}.in-addr.arpa.`;
}

const relay = (name: string, file: string, reload: string, lines: (answerer: Answerer) => string): Relay => ({
  ...{ name, file, reload },
  content: (answerer) => MARK + lines(answerer),
});

const RESOLVED = relay(
  'systemd-resolved',
  '/etc/systemd/resolved.conf.d/opsbro.conf',
  'systemctl restart systemd-resolved',
  resolvedLines,
);
const NETWORK_MANAGER = relay(
  'NetworkManager with dnsmasq',
  '/etc/NetworkManager/dnsmasq.d/opsbro.conf',
  'systemctl reload NetworkManager',
  dnsmasqLines,
);
const DNSMASQ = relay('dnsmasq', '/etc/dnsmasq.d/opsbro.conf', 'systemctl restart dnsmasq', dnsmasqLines);
const UNBOUND = relay('unbound', '/etc/unbound/unbound.conf.d/opsbro.conf', 'systemctl reload unbound', unboundLines);

/** All of them, the one that is asked first where several run at the front. */
export const RELAYS: readonly Relay[] = [NETWORK_MANAGER, DNSMASQ, UNBOUND, RESOLVED];

/** Whether a file is one that `opsbro dns install` wrote. */
export const isOurs = (content: string): boolean => content.startsWith(MARK);

/** The program that passes names on here; `undefined` when none is at work that could. */
export async function activeRelay(machine: Machine): Promise<Relay | undefined> {
  const running = await machine.running();
  if (running.has('NetworkManager') && (await usesDnsmasq(machine))) return NETWORK_MANAGER;
  if (running.has('dnsmasq')) return DNSMASQ;
  if (running.has('unbound')) return UNBOUND;
  return running.has('systemd-resolve') ? RESOLVED : undefined;
}

async function usesDnsmasq(machine: Machine): Promise<boolean> {
  const settings = (await machine.read('/etc/NetworkManager/NetworkManager.conf')) ?? '';
  return /^\s*dns\s*=\s*dnsmasq\s*$/m.test(settings);
}

const PRIVATE: readonly (readonly [RegExp, (found: RegExpExecArray) => string])[] = [
  [/^10\./, () => '10.0.0.0/8'],
  [/^192\.168\./, () => '192.168.0.0/16'],
  [/^172\.(1[6-9]|2\d|3[01])\./, ([, second]) => `172.${second}.0.0/16`],
  [/^(\d+)\.(\d+)\.(\d+)\./, ([, a, b, c]) => `${a}.${b}.${c}.0/24`],
];

/** The networks that these IPv4 addresses are in, private ones as a whole; loopback has no names here. */
export function networksOf(addresses: Iterable<string>): readonly string[] {
  const networks = new Set<string>();
  for (const address of addresses) {
    if (address.startsWith('127.')) continue;
    for (const [pattern, network] of PRIVATE) {
      const found = pattern.exec(address);
      if (!found) continue;
      networks.add(network(found));
      break;
    }
  }
  return [...networks].sort();
}
