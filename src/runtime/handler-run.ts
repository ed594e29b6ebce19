import { createHash } from 'node:crypto';
import type { Attempt } from '../alerts/handler-queue.ts';
import { type Wishes, wishesOf } from '../alerts/wishes.ts';
import { canonicalJson } from '../base/canonical.ts';
import { failedWith } from '../base/errors.ts';
import type { Message } from '../model/alert.ts';
import { TryLater, Undeliverable } from '../plugins/delivery.ts';
import type { Channel, Handler } from '../plugins/kinds.ts';
import type { Registry } from '../plugins/registry.ts';
import type { Digested } from './configuration.ts';
import type { Guard, Outcome } from './guard.ts';
import type { Desks } from './handler-desk.ts';
import type { WrittenHandler } from './written-handlers.ts';

interface RunWorld {
  readonly plugins: Registry<Handler>;
  readonly guard: Guard;
  readonly desks: Desks;
  /** Ends what is going on, at the stop of the agent. */
  readonly signal: AbortSignal;
}

/** A handler at work. */
export class HandlerRun implements Digested {
  readonly id: string;
  readonly type: string;
  readonly digest: string;
  readonly wishes: Wishes;
  /** The same on all nodes on which the handler is written alike. */
  readonly mark: string;
  /** It tells nobody, whatever the groups of this node. */
  readonly isOff: boolean;
  readonly #written: WrittenHandler;
  readonly #plugin: Handler;
  readonly #world: RunWorld;
  #channel: Channel | undefined;

  /** Throws when what is written cannot be understood. */
  constructor(written: WrittenHandler, world: RunWorld) {
    const { id, type, fields, digest } = written;
    this.id = id;
    this.type = type;
    this.digest = digest;
    this.mark = createHash('sha256')
      .update(canonicalJson([type, fields]))
      .digest('hex');
    this.isOff = fields['enabled'] === false;
    this.#written = written;
    this.#world = world;
    this.#plugin = world.plugins.get(type);
    this.wishes = wishesOf(fields);
    const isAlwaysOn = fields['enabled'] === true || fields['enabled_if_group'] === undefined;
    // One that is off, or waits for a group, may be unfinished until then.
    if (isAlwaysOn && !this.isOff) this.#open();
  }

  /** Delivers once; never rejects. */
  async attempt(message: Message): Promise<Attempt> {
    const { guard, desks, signal } = this.#world;
    const desk = desks.with(this.#written.templates);
    const limits = { timeoutMs: this.wishes.timeoutMs, signal };
    const outcome = await guard.run(`handler ${this.id}`, limits, async (until) =>
      this.#open().notify(message, until, desk),
    );
    if (outcome.status === 'ok') return { type: 'delivered', remark: outcome.value?.remark ?? '' };
    return failureOf(outcome);
  }

  close(): void {
    this.#channel?.close?.();
    this.#channel = undefined;
  }

  #open(): Channel {
    this.#channel ??= this.#plugin.configure(this.#written.fields);
    return this.#channel;
  }
}

function failureOf(outcome: Exclude<Outcome<unknown>, { status: 'ok' }>): Attempt {
  const { message: error } = outcome;
  if (outcome.status !== 'error') return { type: 'failed', error };
  const cause = outcome.error;
  if (cause instanceof TryLater) return { type: 'later', error, waitMs: cause.waitMs };
  const isHopeless = cause instanceof Undeliverable || failedWith(cause, 'invalid_config');
  return { type: isHopeless ? 'undeliverable' : 'failed', error };
}
