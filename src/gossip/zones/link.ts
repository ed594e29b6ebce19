import type { ForeignNode } from './foreign-node.ts';
import { decodeFrame, encodeFrame, type Frame } from './frames.ts';

/** A connection between proxies of neighbouring zones. What carries it proves that both sides have the key of the lower zone. */
export interface Link {
  /** False when the other side does not read: what is sent from now on is lost. */
  send(frame: Uint8Array): boolean;
  onFrame(listen: (frame: Uint8Array) => void): void;
  /** Told once. */
  onClose(listen: () => void): void;
  close(): void;
}

/** Nodes of one frame. */
const CHUNK = 256;

/** A link whose other side has said who it is. */
export class Dialogue {
  readonly zone: string;
  readonly #link: Link;

  constructor(link: Link, zone: string) {
    this.#link = link;
    this.zone = zone;
  }

  /** Tells the other side; a side that does not keep up is cut off, and gets everything when it is back. */
  tell(frame: Frame): void {
    if (!this.#link.send(encodeFrame(frame))) this.#link.close();
  }

  /** Tells any number of nodes. */
  tellNodes(nodes: readonly ForeignNode[]): void {
    for (let at = 0; at < nodes.length; at += CHUNK) this.tell({ kind: 'nodes', nodes: nodes.slice(at, at + CHUNK) });
  }

  close(): void {
    this.#link.close();
  }
}

/** What happens on a link. */
export interface Listener {
  /** The other side said who it is; false refuses it. */
  greeted(hello: Extract<Frame, { kind: 'hello' }>): boolean;
  heard(frame: Frame): void;
  closed(): void;
}

/** Reads a link: first the greeting, then all else. What is no frame, or comes before the greeting, ends the link. */
export function converse(link: Link, { greeted, heard, closed }: Listener): void {
  let isGreeted = false;
  link.onFrame((bytes) => {
    const frame = decodeFrame(bytes);
    const isExpected = frame !== undefined && (frame.kind === 'hello') !== isGreeted;
    if (!isExpected) link.close();
    else if (isGreeted) heard(frame);
    else if (frame.kind === 'hello' && greeted(frame)) isGreeted = true;
    else link.close();
  });
  link.onClose(closed);
}
