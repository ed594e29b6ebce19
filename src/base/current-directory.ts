import { isAbsolute } from 'node:path';

/** The current directory. When it is gone: where it was, as the shell says, so that relative names point at nothing instead of failing all. */
export function currentDirectory(): string {
  try {
    return process.cwd();
  } catch {
    const was = process.env['PWD'] ?? '';
    return isAbsolute(was) ? was : '/';
  }
}
