import { type ChildProcess, execFile } from 'node:child_process';
import { readFile, statfs } from 'node:fs/promises';
import type { Clock } from '../base/clock.ts';
import type { FileSystemSpace } from './host.ts';
import { parseMounts } from './mounts.ts';

/**
 * Types whose figures the kernel has in memory. Only mount points of these are asked in our own thread pool.
 *
 * All others may wait for a server that is gone, and what waits in the kernel holds its thread. A thread of the pool is one of four; a
 * worker thread costs 9 MiB and a process cannot exit while one of its threads hangs (both measured). So these are asked by a small program
 * of their own, which costs nothing while it does not run and can be left behind.
 */
const LOCAL_TYPES = new Set(
  'bcachefs btrfs devtmpfs erofs exfat ext2 ext3 ext4 f2fs jfs nilfs2 ntfs3 overlay ramfs reiserfs squashfs tmpfs ubifs vfat xfs'.split(
    ' ',
  ),
);

const LIMIT_MS = 2_000;
const MOUNTS_AGE_MS = 1_000;

/** So many that do not answer may be waited for at one time; more are refused at once. */
const MAX_HANGING = 4;

const FORMAT = '%S %b %f %a %c %d';
const OPTIONS = { env: { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C' }, maxBuffer: 4_096 } as const;

/** What the program says on failure, and the system's code of it. */
const FAULTS = [
  ['No such file', 'ENOENT'],
  ['Permission denied', 'EACCES'],
  ['not connected', 'ENOTCONN'],
  ['Stale', 'ESTALE'],
] as const;

/** Asks file systems for their space, without ever waiting for a dead one: it fails with `ETIMEDOUT` after 2 s, and at once until it answers. */
export class SpaceProbe implements Disposable {
  readonly #clock: Clock;
  readonly #program: string;
  readonly #slow = new Set<string>();
  readonly #asking = new Set<ChildProcess>();
  readonly #hanging = new Set<string>();
  #local: ReadonlySet<string> = new Set();
  #readAt = Number.NEGATIVE_INFINITY;

  /** `program` takes the arguments of `stat` and answers as it does. */
  constructor(clock: Clock, program = 'stat') {
    this.#clock = clock;
    this.#program = program;
  }

  async space(path: string): Promise<FileSystemSpace> {
    const isLocal = (await this.#localPoints()).has(path) && !this.#slow.has(path);
    return isLocal ? this.#askKernel(path) : this.#askProgram(path);
  }

  [Symbol.dispose](): void {
    for (const child of this.#asking) child.kill('SIGKILL');
  }

  async #localPoints(): Promise<ReadonlySet<string>> {
    if (this.#clock.now() - this.#readAt < MOUNTS_AGE_MS) return this.#local;
    const mounts = parseMounts(await readFile('/proc/self/mountinfo', 'utf8').catch(() => ''));
    this.#local = new Set(mounts.filter(({ type }) => LOCAL_TYPES.has(type)).map(({ mountPoint }) => mountPoint));
    this.#readAt = this.#clock.now();
    return this.#local;
  }

  async #askKernel(path: string): Promise<FileSystemSpace> {
    const late = () => void this.#slow.add(path);
    const seen = await inTime(this.#clock, { path, late, answer: statfs(path) });
    return {
      blockSize: seen.bsize,
      blocks: seen.blocks,
      blocksFree: seen.bfree,
      blocksAvailable: seen.bavail,
      files: seen.files,
      filesFree: seen.ffree,
    };
  }

  async #askProgram(path: string): Promise<FileSystemSpace> {
    if (this.#hanging.has(path)) throw systemError('ETIMEDOUT', `${path} still does not answer`);
    if (this.#hanging.size >= MAX_HANGING) {
      throw systemError('ETIMEDOUT', `${MAX_HANGING} file systems do not answer; ${path} was not asked`);
    }
    const { child, answer } = this.#start(path);
    const late = () => {
      // Stuck in the kernel it ends only when the server is back; until then the path counts as hanging.
      this.#hanging.add(path);
      child.kill('SIGKILL');
    };
    return await inTime(this.#clock, { path, late, answer });
  }

  #start(path: string): { readonly child: ChildProcess; readonly answer: Promise<FileSystemSpace> } {
    const { promise: answer, settle } = pending<FileSystemSpace>();
    const child = execFile(this.#program, ['-f', '-c', FORMAT, '--', path], OPTIONS, (error, stdout, stderr) => {
      this.#asking.delete(child);
      this.#hanging.delete(path);
      const space = error ? undefined : parseSpace(stdout);
      settle(space ?? failure(path, stderr || (error?.message ?? `"${stdout}" is not understood`)));
    });
    child.unref();
    this.#asking.add(child);
    return { child, answer };
  }
}

function pending<T>(): { readonly promise: Promise<T>; readonly settle: (outcome: T | Error) => void } {
  let settle: (outcome: T | Error) => void = () => {};
  const promise = new Promise<T>((resolve, reject) => {
    settle = (outcome) => (outcome instanceof Error ? reject(outcome) : resolve(outcome));
  });
  return { promise, settle };
}

function parseSpace(line: string): FileSystemSpace | undefined {
  const numbers = line.trim().split(' ').map(Number);
  const [blockSize, blocks, blocksFree, blocksAvailable, files, filesFree] = numbers;
  if (blockSize === undefined || blocks === undefined || blocksFree === undefined) return undefined;
  if (blocksAvailable === undefined || files === undefined || filesFree === undefined) return undefined;
  return numbers.every(Number.isFinite)
    ? { blockSize, blocks, blocksFree, blocksAvailable, files, filesFree }
    : undefined;
}

function failure(path: string, said: string): Error {
  const [, code] = FAULTS.find(([words]) => said.includes(words)) ?? ['', 'EIO'];
  return systemError(code, `the space of ${path}: ${said.trim()}`);
}

interface Asked<T> {
  readonly path: string;
  readonly answer: Promise<T>;
  readonly late: () => void;
}

function inTime<T>(clock: Clock, { path, answer, late }: Asked<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(LIMIT_MS, () => {
      late();
      reject(systemError('ETIMEDOUT', `${path} does not answer`));
    });
    answer.then(resolve, reject).finally(() => timer[Symbol.dispose]());
  });
}

const systemError = (code: string, message: string): Error => Object.assign(new Error(`${code}: ${message}`), { code });
