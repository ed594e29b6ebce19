import { messageOf, systemCode } from '../base/errors.ts';
import type { Effect, Input } from './core/effect.ts';
import type { Door } from './door.ts';
import type { Streams } from './streams.ts';

/** What goes out over the network. */
type WireEffect = Extract<Effect, { readonly type: 'send' | 'request' | 'post' | 'answer' }>;

interface Parts {
  readonly door: Door;
  readonly streams: Streams;
  /** Longest time for a message that is not answered, in milliseconds. */
  readonly tcpTimeout: number;
  readonly step: (input: Input) => void;
}

const WIRE_EFFECTS: ReadonlySet<Effect['type']> = new Set<WireEffect['type']>(['send', 'request', 'post', 'answer']);

/** Whether an effect is one for the network. */
export const isForWires = (effect: Effect): effect is WireEffect => WIRE_EFFECTS.has(effect.type);

/** Sends what the core wants sent, and brings back what comes of it. */
export class Wires {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  carryOut(effect: WireEffect): void {
    const { door, streams, step, tcpTimeout } = this.#parts;
    if (effect.type === 'send') {
      const { to, messages, checksum } = effect;
      door.send(to, messages, { crc: checksum, failed: () => step({ type: 'sendFailed', to }) });
    } else if (effect.type === 'request') void this.#request(effect);
    else if (effect.type === 'post') void streams.post(effect.to, effect.message, tcpTimeout);
    else streams.answer(effect.stream, effect.message);
  }

  async #request({ id, to, message, timeoutMs }: Extract<Effect, { type: 'request' }>): Promise<void> {
    const { streams, step } = this.#parts;
    try {
      step({ type: 'answered', id, message: await streams.request(to, message, timeoutMs) });
    } catch (error) {
      const isRefused = error instanceof Error && systemCode(error.cause) === 'ECONNREFUSED';
      step({ type: 'failed', id, error: messageOf(error), isRefused });
    }
  }
}
