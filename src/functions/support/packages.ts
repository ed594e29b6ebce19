import type { Host } from '../../net/host.ts';

const DPKG = '/var/lib/dpkg';
const DPKG_ARCHITECTURES = ['amd64', 'arm64', 'armhf', 'i386', 'ppc64el', 'riscv64', 's390x'];
const APK = '/lib/apk/db/installed';
const RPM = ['/usr/lib/sysimage/rpm', '/var/lib/rpm'];
const RPM_LIMIT_MS = 5_000;

/** Whether the system's package manager has a package installed. Only looks; a system without a known one has none. */
export async function isInstalled(host: Host, name: string, signal: AbortSignal): Promise<boolean> {
  if (await host.exists(`${DPKG}/status`)) return isInstalledByDpkg(host, name);
  if (await host.exists(APK)) return (await host.readFile(APK)).split('\n').includes(`P:${name}`);
  for (const folder of RPM) if (await host.exists(folder)) return isInstalledByRpm(host, name, signal);
  return false;
}

/** What the records of a host said of packages, as long as they are the same file. */
interface Records {
  readonly modifiedMs: number;
  readonly bytes: number;
  readonly answers: Map<string, Promise<boolean>>;
}

const known = new WeakMap<Host, Records>();

/** The list of a package's files is a quick no; a package that was removed may have left it, so the yes is read from the records. */
async function isInstalledByDpkg(host: Host, name: string): Promise<boolean> {
  const lists = [name, ...DPKG_ARCHITECTURES.map((architecture) => `${name}:${architecture}`)];
  const found = await Promise.all(lists.map((list) => host.exists(`${DPKG}/info/${list}.list`)));
  if (!found.includes(true)) return false;
  const { answers } = await recordsOf(host);
  const answer = answers.get(name) ?? readsInstalled(host, name);
  answers.set(name, answer);
  answer.catch(() => answers.delete(name));
  return answer;
}

/** The records are megabytes that detectors ask for all the time: what they said holds until they are written again. */
async function recordsOf(host: Host): Promise<Records> {
  const { modifiedMs, bytes } = await host.stat(`${DPKG}/status`);
  const before = known.get(host);
  if (before?.modifiedMs === modifiedMs && before.bytes === bytes) return before;
  const records = { modifiedMs, bytes, answers: new Map<string, Promise<boolean>>() };
  known.set(host, records);
  return records;
}

async function readsInstalled(host: Host, name: string): Promise<boolean> {
  const records = `\n${await host.readFile(`${DPKG}/status`)}`;
  for (
    let start = records.indexOf(`\nPackage: ${name}\n`);
    start >= 0;
    start = records.indexOf(`\nPackage: ${name}\n`, start + 1)
  ) {
    const end = records.indexOf('\n\n', start);
    if (/\nStatus: \S+ \S+ installed\n/.test(records.slice(start, end < 0 ? records.length : end + 1))) return true;
  }
  return false;
}

async function isInstalledByRpm(host: Host, name: string, signal: AbortSignal): Promise<boolean> {
  const { exit } = await host.run({ argv: ['rpm', '-q', '--quiet', '--', name], timeoutMs: RPM_LIMIT_MS }, signal);
  return exit === 0;
}
