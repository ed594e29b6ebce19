import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lockOwner, takeLock } from '../../src/agent/lock-file.ts';
import { tempDirectory } from '../support/temp.ts';

test('the lock names its owner while it is held, and is gone after', () => {
  using home = tempDirectory();
  const path = join(home.path, 'opsbro.lock');
  const lock = takeLock(path);
  expect(readFileSync(path, 'utf8')).toMatch(new RegExp(`^${process.pid}\n\\d+\n$`));
  lock[Symbol.dispose]();
  expect(() => readFileSync(path)).toThrow('ENOENT');
});

test('a living owner is respected, its recycled pid and its death are not', async () => {
  using home = tempDirectory();
  const path = join(home.path, 'opsbro.lock');
  const other = spawn('sleep', ['60']);
  try {
    const stat = readFileSync(`/proc/${other.pid}/stat`, 'utf8');
    const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];

    writeFileSync(path, `${other.pid}\n${started}\n`);
    expect(() => takeLock(path)).toThrow(`already runs as pid ${other.pid}`);

    writeFileSync(path, `${other.pid}\n1\n`);
    expect(lockOwner(path)).toBeUndefined();

    writeFileSync(path, `${other.pid}\n${started}\n`);
  } finally {
    other.kill('SIGKILL');
    await once(other, 'exit');
  }
  expect(lockOwner(path)).toBeUndefined();
});

test('an owner that has ended is none, also when its parent has not noticed', async () => {
  using home = tempDirectory();
  const path = join(home.path, 'opsbro.lock');
  // The second program takes the place of the shell, and does not know that it has a child.
  const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const [said] = await once(parent.stdout, 'data');
    const pid = Number(said);
    const fields = () => {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    };
    writeFileSync(path, `${pid}\n${fields()[19]}\n`);
    // While it is still the shell, it may notice.
    await expect.poll(() => readFileSync(`/proc/${parent.pid}/comm`, 'utf8')).toBe('sleep\n');
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => fields()[0]).toBe('Z');
    expect(lockOwner(path)).toBeUndefined();
    takeLock(path)[Symbol.dispose]();
  } finally {
    parent.kill('SIGKILL');
    await once(parent, 'exit');
  }
});
