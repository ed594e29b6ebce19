import { createHash } from 'node:crypto';
import type { PartName } from '../core/effect.ts';

const DIGEST_BYTES = 8;

/** Which versions of which parts are held, as 8 bytes: the XOR over a hash of each, so that the order of learning does not matter. */
export class VersionDigest {
  /** Replaced as a whole at each change: it may be on its way in a message. */
  bytes: Uint8Array = new Uint8Array(DIGEST_BYTES);

  /** Adds a version of a part, or takes it out when it is in. Version 0 is that of a part nobody told. */
  toggle(id: string, part: PartName, version: number): void {
    if (version === 0) return;
    const hash = createHash('sha256').update(`${part} ${version} ${id}`).digest();
    this.bytes = this.bytes.map((byte, place) => byte ^ (hash[place] ?? 0));
  }
}
