import { OpsbroError } from '../base/errors.ts';
import type { Database } from './database.ts';
import { metaKey } from './places.ts';

/** How series, blocks and log are written. Whoever changes that in a way that older agents cannot read takes the next number. */
const FORMAT = '1';

/** Notes the format in a store that is new. Throws `store_failed` when it was written by an agent of another format. */
export async function settleFormat(database: Database): Promise<void> {
  const key = metaKey('format');
  const kept: Uint8Array | undefined = await database.get(key);
  if (kept === undefined) return await database.put(key, Buffer.from(FORMAT));
  const found = Buffer.from(kept).toString();
  if (found === FORMAT) return;
  throw new OpsbroError(
    'store_failed',
    `the series are in format ${found}, this agent knows ${FORMAT}; run the newer agent, or move the folder data/ts away`,
  );
}
