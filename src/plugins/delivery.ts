import type { Host } from '../net/host.ts';
import type { Word } from '../templates/templates.ts';

/** What a handler may say of a message beyond "delivered". */
export interface Delivery {
  /** What people should know of it, such as recipients that were refused; empty when all went well. */
  readonly remark: string;
}

/** The message cannot be delivered as the handler is configured: it is tried again rarely, and at once after the configuration changed. */
export class Undeliverable extends Error {
  override readonly name = 'Undeliverable';
}

/** The other side asks for patience; everything of this handler waits that long. */
export class TryLater extends Error {
  override readonly name = 'TryLater';
  readonly waitMs: number;

  constructor(message: string, waitMs: number, options?: ErrorOptions) {
    super(message, options);
    this.waitMs = waitMs;
  }
}

/** What a handler works with. */
export interface Desk {
  readonly host: Host;
  /** Fills in templates: those beside the file that defines the handler, then its pack's, then those of the pack `mail`. */
  readonly word: Word;
}
