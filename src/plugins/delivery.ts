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
