import { execFileSync } from 'node:child_process';
import {
  chmod,
  copyFile,
  lutimes,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { confFiles, controlFile, md5Sums } from './deb/control.ts';
import { manPage } from './deb/man-page.ts';
import { layOut } from './deb/program.ts';

// Builds the Debian package of what is built in dist: `npm run deb -- [--out DIR] [--bundle-node] [--version V] [--compression xz|gzip|none]`.
// The same sources give the same bytes: times are those of SOURCE_DATE_EPOCH, else of the last commit.

const root = fileURLToPath(new URL('../', import.meta.url));
const { values: options } = parseArgs({
  options: {
    out: { type: 'string', default: '.' },
    'bundle-node': { type: 'boolean', default: false },
    version: { type: 'string' },
    compression: { type: 'string', default: 'xz' },
  },
});
const description = 'clustered node agent: discovery, monitoring, names';
const LIBRARY = 'usr/lib/opsbro';
const PROGRAMS = ['opsbro', 'mobmoncli'];
/** Where each shell looks for what it can complete. */
const COMPLETIONS = [
  ['bash', 'bash-completion/completions/opsbro'],
  ['zsh', 'zsh/vendor-completions/_opsbro'],
  ['fish', 'fish/vendor_completions.d/opsbro.fish'],
] as const;

const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { readonly version: string };
const version = options.version ?? manifest.version;
const architecture = execFileSync('dpkg', ['--print-architecture'], { encoding: 'utf8' }).trim();
const seconds = Number(process.env['SOURCE_DATE_EPOCH'] ?? lastChange());
const tree = await mkdtemp(join(tmpdir(), 'opsbro-deb-'));
try {
  await fill();
  const file = join(resolve(options.out), `opsbro_${version}_${architecture}.deb`);
  await mkdir(dirname(file), { recursive: true });
  await setTimes(tree);
  await closeToOthers();
  const flags = ['--root-owner-group', `-Z${options.compression}`, '--build', tree, file];
  const env = { ...process.env, SOURCE_DATE_EPOCH: String(seconds) };
  execFileSync('dpkg-deb', flags, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  process.stdout.write(`${file}\n`);
} finally {
  await rm(tree, { recursive: true, force: true });
}

async function fill(): Promise<void> {
  await layOut({ root, modules: join(tree, LIBRARY, 'node_modules'), architecture });
  await put('packaging/systemd/opsbro.service', 'lib/systemd/system/opsbro.service');
  await put('packaging/systemd/hardened.conf', 'usr/share/doc/opsbro/hardened.conf');
  await put('packaging/init.d/opsbro', 'etc/init.d/opsbro', 0o755);
  await put('packaging/debian/default', 'etc/default/opsbro');
  await put('LICENSE', 'usr/share/doc/opsbro/copyright');
  await put('etc/zones/internet.yml', 'etc/opsbro/zones/internet.yml');
  await write('etc/opsbro/agent.yml', await productionConfiguration());
  await write('usr/share/man/man1/opsbro.1.gz', await manual());
  for (const [shell, place] of COMPLETIONS) await write(`usr/share/${place}`, completion(shell));
  await addCommands();
  await link('node_modules/opsbro/schemas', `${LIBRARY}/schemas`);
  for (const folder of ['var/lib/opsbro', 'var/log/opsbro']) await mkdir(join(tree, folder), { recursive: true });
  await addControl();
}

/** Keys and names are not served by every machine that has the package: the administrator says which do. */
async function productionConfiguration(): Promise<string> {
  const sample = await readFile(join(root, 'etc/agent.yml'), 'utf8');
  const shipped = sample.replace(/^groups: .*$/m, 'groups: []');
  if (shipped === sample) throw new Error('etc/agent.yml has no line "groups:" to change');
  return shipped;
}

async function manual(): Promise<Buffer> {
  const date = new Date(1_000 * seconds).toISOString().slice(0, 10);
  return await promisify(gzip)(await manPage(version, date), { level: 9 });
}

/** What the command line says itself. */
function completion(shell: string): string {
  return execFileSync(join(root, 'bin/opsbro'), ['completion', shell], { encoding: 'utf8' });
}

/** With a Node of its own the commands find that first. */
async function addCommands(): Promise<void> {
  if (options['bundle-node']) {
    await mkdir(join(tree, LIBRARY, 'node/bin'), { recursive: true });
    await copyFile(process.execPath, join(tree, LIBRARY, 'node/bin/node'));
  }
  for (const name of PROGRAMS) {
    const program = `${LIBRARY}/node_modules/opsbro/bin/${name}`;
    if (!options['bundle-node']) await link(`../../${program}`, `usr/bin/${name}`);
    else {
      const text = `#!/bin/sh\nPATH=/${LIBRARY}/node/bin:$PATH exec /${program} "$@"\n`;
      await write(`usr/bin/${name}`, text, 0o755);
    }
  }
}

/** Keys and tokens may stand in the configuration, and anything in what is kept. */
async function closeToOthers(): Promise<void> {
  for (const folder of ['var/lib/opsbro', 'var/log/opsbro', 'etc/opsbro']) await chmod(join(tree, folder), 0o750);
}

async function addControl(): Promise<void> {
  const hasNode = options['bundle-node'];
  await write('DEBIAN/control', await controlFile({ version, architecture, description, hasNode, tree }));
  await write('DEBIAN/conffiles', await confFiles(tree));
  await write('DEBIAN/md5sums', await md5Sums(tree));
  for (const name of ['postinst', 'prerm', 'postrm']) await put(`packaging/debian/${name}`, `DEBIAN/${name}`, 0o755);
}

async function put(from: string, to: string, mode?: number): Promise<void> {
  await write(to, await readFile(join(root, from)), mode);
}

async function write(path: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
  const target = join(tree, path);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, content);
  await chmod(target, mode);
}

async function link(to: string, path: string): Promise<void> {
  await mkdir(dirname(join(tree, path)), { recursive: true });
  await symlink(to, join(tree, path));
}

/** Modes and times say nothing of where and when the package was built. */
async function setTimes(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await setTimes(path);
    else if (entry.isFile()) await chmod(path, ((await stat(path)).mode & 0o100) === 0 ? 0o644 : 0o755);
    await lutimes(path, seconds, seconds);
  }
  await chmod(folder, 0o755);
  await lutimes(folder, seconds, seconds);
}

function lastChange(): string {
  return execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' }).trim();
}
