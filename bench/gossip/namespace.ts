import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
let made = 0;

/** Runs `ip` with these words. */
export function ip(...words: readonly string[]): string {
  return execFileSync('ip', words, { stdio: ['ignore', 'pipe', 'pipe'] }).toString();
}

/** What has passed through the loopback interface of a namespace, headers included. */
export interface Traffic {
  readonly bytes: number;
  readonly datagrams: number;
  readonly connects: number;
}

/** A network of its own, without anything in it but loopback. Needs root. */
export class NetworkNamespace implements Disposable {
  readonly name: string;

  constructor() {
    made += 1;
    this.name = `opsbro${process.pid}x${made}`;
    ip('netns', 'add', this.name);
    this.link('set', 'lo', 'up');
  }

  /** The words that run a command in it. */
  inside(argv: readonly string[]): readonly [string, ...string[]] {
    return ['ip', 'netns', 'exec', this.name, ...argv];
  }

  /** `ip link WORDS` in it. */
  link(...words: readonly string[]): void {
    ip('-n', this.name, 'link', ...words);
  }

  /** Gives an interface an address, `10.0.0.1/24`. */
  address(address: string, device: string): void {
    ip('-n', this.name, 'addr', 'add', address, 'dev', device);
  }

  async traffic(): Promise<Traffic> {
    const [, ...cat] = this.inside(['cat', '/proc/net/dev', '/proc/net/snmp']);
    const lines = (await run('ip', cat)).stdout.split('\n');
    const loopback = lines.find((line) => line.trim().startsWith('lo:'))?.split(':')[1] ?? '';
    const counts = loopback.trim().split(/\s+/).map(Number);
    return {
      bytes: counts[8] ?? Number.NaN,
      datagrams: counterIn(lines, 'Udp', 'OutDatagrams'),
      connects: counterIn(lines, 'Tcp', 'ActiveOpens'),
    };
  }

  [Symbol.dispose](): void {
    ip('netns', 'del', this.name);
  }
}

/** A line of names is followed by a line of values, both led by the protocol. */
function counterIn(lines: readonly string[], protocol: string, name: string): number {
  const [names, values] = lines.filter((line) => line.startsWith(`${protocol}:`)).map((line) => line.split(/\s+/));
  return Number(values?.[names?.indexOf(name) ?? -1]);
}
