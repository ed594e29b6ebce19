import { Duplex } from 'node:stream';

/** Two ends of a connection within the process: what is written to one is read from the other, when that one reads. */
export function pipe(): [Duplex, Duplex] {
  const left = new End();
  const right = new End();
  left.other = right;
  right.other = left;
  return [left, right];
}

class End extends Duplex {
  other: End | undefined;
  #wanted: (() => void) | undefined;

  override _read(): void {
    const resume = this.#wanted;
    this.#wanted = undefined;
    resume?.();
  }

  override _write(bytes: Buffer, _: string, done: () => void): void {
    if (this.other && !this.other.push(bytes)) this.other.#wanted = done;
    else done();
  }

  override _final(done: () => void): void {
    this.other?.push(null);
    done();
  }

  override _destroy(_: Error | null, done: () => void): void {
    if (this.other && !this.other.destroyed) this.other.destroy();
    done();
  }
}
