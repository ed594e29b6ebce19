import { systemClock } from '../../src/base/clock.ts';
import level from '../../src/kv/engines/level.ts';
import { engineContext } from './kv.ts';

// Writes keys for ever, 16 at a time, and prints each once it is acknowledged; started by a test that kills it.

const [path = ''] = process.argv.slice(2);
const { context } = engineContext(path, { clock: systemClock });
const store = await level.configure({})(context);

async function write(writer: number): Promise<never> {
  for (let i = 0; ; i++) {
    const key = `${process.pid}/${writer}/${i}`;
    await store.put(key, Buffer.from(key));
    process.stdout.write(`${key}\n`);
  }
}

await Promise.all(Array.from({ length: 16 }, (_, writer) => write(writer)));
