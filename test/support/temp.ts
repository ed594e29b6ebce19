import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new directory that is gone, with all that is in it, when disposed of. */
export function tempDirectory(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'opsbro-test-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
