import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { testWith } from '../support/services.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'opsbro-package-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/**
 * A copy of this machine in which everything may be written and nothing stays: its own files below a layer in memory, with processes and a
 * network of its own, at the usual runlevel of a machine without systemd.
 */
const MACHINE = `set -e
mount -t tmpfs none /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay none -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work /mnt/root
mount -t proc none /mnt/root/proc
mount --rbind /dev /mnt/root/dev
mount -t tmpfs none /mnt/root/run
mount -t tmpfs none /mnt/root/tmp
ip link set lo up
cd /mnt/root/usr/sbin
rm -f policy-rc.d runlevel
printf '#!/bin/sh\\necho N 2\\n' >runlevel
chmod 755 runlevel
cd /
`;
const unshared = (script: string) =>
  spawnSync('unshare', ['-mpfn', '--mount-proc', '--kill-child', 'sh', '-c', MACHINE + script], {
    encoding: 'utf8',
    timeout: 300_000,
  });

const canMount = process.getuid?.() === 0 && unshared('true').status === 0;

/** Builds the package; another version of it when one is named. */
function build(out: string, ...options: string[]): string {
  const args = [
    '--import',
    'tsx',
    join(root, 'scripts/deb.ts'),
    '--out',
    join(folder, out),
    '--compression',
    'none',
    ...options,
  ];
  return execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' }).trim();
}

const digest = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

/** What is done on the machine; each answer is a line that begins with its name. */
const STEPS = `
say() { name=$1; shift; echo "$name: $("$@" 2>&1 | head -n 1)"; }
code() { name=$1; shift; "$@" >/dev/null 2>&1; echo "$name: $?"; }
service() { sh /etc/init.d/opsbro "$@"; }
code install dpkg -i /tmp/first.deb
code status service status
code info opsbro agent info
say state opsbro agent print state
say uuid opsbro agent print uuid
say socket stat -c '%A %U:%G' /run/opsbro/opsbro.sock
say folder stat -c '%A %U:%G' /run/opsbro
say data stat -c '%A' /var/lib/opsbro
say sound dpkg --verify opsbro
code manual man -w opsbro
code completion bash -n /usr/share/bash-completion/completions/opsbro
code reload service reload
echo '# mine' >>/etc/opsbro/agent.yml
code upgrade dpkg -i /tmp/second.deb
code upgraded service status
say same-uuid opsbro agent print uuid
say kept tail -n 1 /etc/opsbro/agent.yml
code stop service stop
code stopped service status
code start service start
code remove dpkg -r opsbro
code processes pgrep -f '^opsbro .[irs]'
code program test -e /usr/bin/opsbro
say data-kept cat /var/lib/opsbro/server.key
say settings-kept tail -n 1 /etc/opsbro/agent.yml
code purge dpkg -P opsbro
code group getent group opsbro
say left sh -c 'ls -d /etc/opsbro /etc/*/opsbro /etc/rc?.d/*opsbro /var/*/opsbro /run/opsbro /usr/lib/opsbro /lib/systemd/system/opsbro* 2>/dev/null'
`;

(canMount ? testWith : skipped)(
  'dpkg-deb',
  'the package is installed, upgraded, removed and purged as it should be',
  async () => {
    const [first, second] = [build('first'), build('second', '--version', '99.0.0')];
    const inside = `cp '${first}' /mnt/root/tmp/first.deb
cp '${second}' /mnt/root/tmp/second.deb
cat >/mnt/root/tmp/steps <<'END'
${STEPS}
END
chroot /mnt/root sh /tmp/steps
echo "traces: $(find /mnt/upper -name '*opsbro*' ! -type c | head -n 1)"
`;
    const { stdout } = unshared(inside);
    const said = new Map(stdout.split('\n').map((line) => line.split(': ', 2) as [string, string]));
    const uuid = said.get('uuid');
    expect(Object.fromEntries(said)).toMatchObject({
      ...{ install: '0', status: '0', info: '0', state: expect.stringMatching(/^(initializing|ok)$/) },
      ...{ uuid: expect.stringMatching(/^[0-9a-f-]{36,40}$/), socket: 'srw-rw---- root:opsbro' },
      ...{ folder: 'drwxr-x--- root:opsbro', data: 'drwxr-x---', sound: '', manual: '0', completion: '0', reload: '0' },
      ...{ upgrade: '0', upgraded: '0', 'same-uuid': uuid, kept: '# mine' },
      ...{ stop: '0', stopped: '3', start: '0' },
      ...{ remove: '0', processes: '1', program: '1', 'data-kept': uuid, 'settings-kept': '# mine' },
      ...{ purge: '0', group: '2', left: '', traces: '' },
    });
  },
);

testWith('dpkg-deb', 'the same sources give the same package', async () => {
  const [one, other] = [build('one'), build('other')];
  expect(digest(one)).toBe(digest(other));
});

function skipped(_name: string, title: string): void {
  test.skip(`${title} (needs root, and file systems of its own)`, () => {});
}
