import { changeRange, metaPlace, numberOfChange, quarantineRange, recordRange } from './layout.ts';
import { decodeTotals, type Totals } from './ledger.ts';
import type { Database } from './level-database.ts';
import { decodeRecord } from './record.ts';

interface Standing {
  readonly totals: Totals;
  readonly quarantined: number;
}

/** What the store knows of itself: read, or counted anew over all records when it cannot be believed. */
export async function readStanding(database: Database, repaired: boolean): Promise<Standing> {
  const quarantined = (await database.keys(quarantineRange()).all()).length;
  const [hlc, totals]: (Uint8Array | undefined)[] = await database.getMany([metaPlace('hlc'), metaPlace('totals')]);
  const known = decodeTotals(hlc, totals);
  if (known !== undefined && !repaired) return { totals: known, quarantined };
  return { totals: await count(database, known), quarantined };
}

async function count(database: Database, known: Totals | undefined): Promise<Totals> {
  let mark = known?.mark ?? 0n;
  let records = 0;
  let bytes = 0;
  for await (const [place, stored] of database.iterator(recordRange(''))) {
    records += 1;
    bytes += place.length - 1 + stored.length;
    const stamp = decodeRecord(stored)?.version.stamp ?? 0n;
    if (stamp > mark) mark = stamp;
  }
  const [change] = await database.keys({ ...changeRange(0), reverse: true, limit: 1 }).all();
  const index = Math.max(known?.index ?? 0, change ? numberOfChange(change) : 0);
  return { last: mark, mark, records, bytes, index };
}
