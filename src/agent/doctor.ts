/** Looks whether this machine can run an agent well, and says what to do where it cannot. */
import { accessSync, constants, existsSync, readdirSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { dirname, join } from 'node:path';
import { messageOf } from '../base/errors.ts';
import type { Home } from '../base/home.ts';
import type { AgentConfig } from '../config/agent-schema.ts';
import { readTokenFile, TOKEN_FILE } from '../config/token-file.ts';
import { PackCode } from '../packs/code.ts';
import { complaintsOf } from './access-part.ts';
import { readCertificate } from './certificate-files.ts';
import { portFindings } from './doctor-ports.ts';
import { bad, type Finding, ok, poor } from './finding.ts';
import { GATHER } from './gather-doubts.ts';
import { lockOwner } from './lock-file.ts';
import { loadPlugins, placesOf } from './plugins.ts';
import { problemsOf, readWritten } from './written.ts';
import { ZoneKeyFiles } from './zone-key-files.ts';

const LEAST_NODE = [20, 19] as const;
const LEAST_FILES = 4_096;
const LEAST_FREE_BYTES = 100_000_000;
const LONGEST_SOCKET = 107;
/** Files of an agent that stopped a moment ago may be a little ahead. */
const AHEAD_MS = 5_000;

/** Everything that was looked at, in the order in which an agent needs it. `now` is in epoch milliseconds. */
export async function diagnose(home: Home, now: number): Promise<readonly Finding[]> {
  const running = lockOwner(home.lock);
  const plugins = await loadPlugins();
  const sources = { home, env: process.env, flags: new Map(), plugins, code: new PackCode(placesOf(plugins)) };
  const written = await readWritten(sources);
  const { config } = written.loaded;
  const problems = problemsOf(written);
  const errors = problems.filter(({ level }) => level === 'error').length;
  return [
    ok('agent', running === undefined ? 'none runs for this home' : `runs as pid ${running}`),
    node(process.versions.node),
    fileLimit(running ?? 'self'),
    ...[home.config, home.data, home.log].map(directory),
    errors === 0
      ? ok('configuration', 'no errors')
      : bad('configuration', `${errors} errors; see opsbro config validate`),
    room(home.data),
    clock(home.data, now),
    socket(home.socket),
    network(),
    ...(await keys(home.config)),
    ...problems.flatMap(({ key, message }) => (key === GATHER ? poor('alerts', message) : [])),
    ...(await tokens(home.config)),
    ...(await certificate(config.http, now)),
    ...leftovers(home.data),
    ...(await portFindings(written, { home, running })),
  ];
}

function node(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isNew = major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1]);
  return isNew
    ? ok('node', version)
    : bad('node', `${version} is too old; install Node.js ${LEAST_NODE.join('.')} or newer`);
}

/** What counts is the limit of the agent, where one runs: this shell may have another. */
function fileLimit(pid: number | 'self'): Finding {
  const limit = Number(/^Max open files\s+(\d+)/m.exec(textOf(`/proc/${pid}/limits`))?.[1] ?? Number.NaN);
  if (Number.isNaN(limit)) return ok('files', 'no limit is known');
  const text = `${limit} files may be open`;
  return limit >= LEAST_FILES
    ? ok('files', text)
    : poor('files', `${text}; allow ${LEAST_FILES} (ulimit -n, LimitNOFILE)`);
}

function directory(path: string): Finding {
  const about = `directory ${path}`;
  if (!existsSync(path)) return notYet(about, path);
  const found = statSync(path);
  if (!found.isDirectory()) return bad(about, 'is no directory; move what is there away');
  try {
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    return bad(about, `${messageOf(error)}; give it to the user who runs the agent`);
  }
  const isOpen = (found.mode & 0o002) !== 0;
  return isOpen ? poor(about, 'everybody may write to it; chmod o-w') : ok(about, 'can be written');
}

/** A directory that is not there can be made when the next one above it may be written to. */
function notYet(about: string, path: string): Finding {
  let above = dirname(path);
  while (!existsSync(above)) above = dirname(above);
  if (!statSync(above).isDirectory()) return bad(about, `cannot be made: ${above} is no directory`);
  try {
    accessSync(above, constants.W_OK | constants.X_OK);
    return ok(about, 'is made at the first start');
  } catch (error) {
    return bad(about, `cannot be made: ${messageOf(error)}; make it for the user who runs the agent`);
  }
}

function room(path: string): Finding {
  if (!existsSync(path)) return ok('disk', 'not looked at yet');
  const { bavail, bsize } = statfsSync(path);
  const free = bavail * bsize;
  const text = `${Math.floor(free / 1_000_000)} MB are free`;
  return free >= LEAST_FREE_BYTES ? ok('disk', text) : poor('disk', `${text}; make room on the file system of ${path}`);
}

/** A clock that is behind what was written before makes newer values look old. */
function clock(data: string, now: number): Finding {
  const newest = Math.max(
    0,
    ...['last_alive', 'ports.json', 'incarnation', 'state'].map((name) => modifiedAt(join(data, name))),
  );
  const behind = newest - now;
  if (behind <= AHEAD_MS) return ok('clock', new Date(now).toISOString());
  return bad(
    'clock',
    `it is ${Math.round(behind / 1_000)} s behind what the last run wrote; set it, and let NTP keep it`,
  );
}

function socket(path: string): Finding {
  if (Buffer.byteLength(path) <= LONGEST_SOCKET) return ok('socket', path);
  return poor('socket', `${path} is longer than ${LONGEST_SOCKET} bytes: the socket goes to the temporary directory`);
}

function network(): Finding {
  const outside = Object.entries(networkInterfaces()).filter(([, all]) => all?.some(({ internal }) => !internal));
  if (outside.length === 0) return poor('network', 'there is loopback only: no other node can be found');
  return ok(
    'network',
    `${outside.map(([name]) => name).join(', ')}; other nodes can be looked for (opsbro gossip detect)`,
  );
}

async function keys(config: string): Promise<Finding[]> {
  const files = new ZoneKeyFiles(config);
  const found = [...(await files.read())].map(([zone, read]) => {
    if ('problem' in read) return bad(`key of ${zone}`, read.problem);
    return ok(`key of ${zone}`, `${read.keys.length} keys`);
  });
  const remarks = (await files.remarks()).map(({ text }) => poor('keys', text));
  if (found.length > 0) return [...found, ...remarks];
  return [poor('keys', 'no zone has a key: gossip stays on loopback (opsbro gossip zone key generate)'), ...remarks];
}

/** The file of tokens, where there is one: whoever may write it is an administrator. */
async function tokens(config: string): Promise<Finding[]> {
  const file = join(config, TOKEN_FILE);
  if (!existsSync(file)) return [];
  const read = await readTokenFile(file);
  const complaints = [...complaintsOf(file, read, [])];
  if (complaints.length === 0) return [ok('tokens', `${read.tokens.length} stand in ${file}`)];
  // Only hashes can be read there.
  const isBad = (code: string) => code !== 'open' || read.openTo === 'writers';
  return complaints.map(([code, text]) => (isBad(code) ? bad : poor)('tokens', text));
}

/** What the API proves its name with, where it speaks TLS. */
async function certificate(http: AgentConfig['http'], now: number): Promise<Finding[]> {
  try {
    const read = await readCertificate(http);
    if (!read) return [];
    const text = `ends on ${new Date(read.validTo).toISOString().slice(0, 10)}`;
    const open = poor('certificate', `${http.tls_key} can be read by others; run chmod 600 on it`);
    return [(read.validTo > now ? ok : bad)('certificate', text), ...(read.isKeyOpen ? [open] : [])];
  } catch (error) {
    return [bad('certificate', messageOf(error))];
  }
}

/** Databases that could not be read and were set aside. */
function leftovers(data: string): Finding[] {
  const names = namesIn(data).filter((name) => name.includes('.corrupt-'));
  if (names.length === 0) return [ok('stores', 'none was set aside')];
  return [
    poor('stores', `set aside as they could not be read: ${names.join(', ')}; remove them when they are of no use`),
  ];
}

/** None of what cannot be looked into, which is told of the directory itself. */
function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function modifiedAt(path: string): number {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // not every system has it
  }
}
