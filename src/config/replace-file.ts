import { chown, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

const NEW_FILE_MODE = 0o640;

/** Puts a text into a file so that after a crash the old or the new one is there, whole; owner and mode stay. Makes directories. */
export async function replaceFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o750 });
  const before = await stat(path).catch(() => undefined);
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(temporary, 'w', (before?.mode ?? NEW_FILE_MODE) & 0o7777);
    try {
      await file.writeFile(text);
      await file.chmod((before?.mode ?? NEW_FILE_MODE) & 0o7777);
      await file.sync();
    } finally {
      await file.close();
    }
    const isForeign = before && (before.uid !== process.getuid?.() || before.gid !== process.getgid?.());
    if (before && isForeign) await chown(temporary, before.uid, before.gid).catch(() => undefined);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
