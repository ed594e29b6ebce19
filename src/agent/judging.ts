import { extname } from 'node:path';
import { OpsbroError } from '../base/errors.ts';
import type { ReloadPreviewJson } from '../http/schemas.ts';
import { inThreads } from '../net/threads.ts';
import { Slots } from '../runtime/slots.ts';
import type { JudgeItem } from './judge.ts';
import type { PostedText } from './posted.ts';
import type { World } from './world.ts';

/** What texts may take. */
export interface JudgingLimits {
  /** Milliseconds for one text. */
  readonly limitMs: number;
  /** MiB for one text. */
  readonly memoryMiB: number;
  /** Texts that may wait, with the one that is judged. */
  readonly most: number;
}

/** Half a megabyte that is wrong all over takes seconds. */
const LIMITS: JudgingLimits = { limitMs: 20_000, memoryMiB: 128, most: 4 };

const MODULE = new URL(`../agent/judge${extname(import.meta.url)}`, import.meta.url);

/**
 * Judges texts that whoever may read sends: one after the other, each in a thread of its own, so that a long one holds up neither the agent
 * nor its memory.
 */
export class Judging {
  readonly #world: Pick<World, 'home' | 'plugins' | 'clock'>;
  readonly #limits: JudgingLimits;
  readonly #one = new Slots(1);
  #all = 0;

  constructor(world: Pick<World, 'home' | 'plugins' | 'clock'>, limits: JudgingLimits = LIMITS) {
    this.#world = world;
    this.#limits = limits;
  }

  /** Throws `overloaded` when too many wait already, and when a text takes too long or too much memory. */
  async judge(posted: PostedText): Promise<ReloadPreviewJson> {
    const { most } = this.#limits;
    if (this.#all >= most)
      throw new OpsbroError('overloaded', `${most} texts wait to be judged already; try again later`);
    this.#all += 1;
    try {
      return await this.#one.use(() => this.#inThread(posted));
    } finally {
      this.#all -= 1;
    }
  }

  async #inThread(posted: PostedText): Promise<ReloadPreviewJson> {
    const { home, plugins, clock } = this.#world;
    const item: JudgeItem = {
      posted,
      directory: home.config,
      shipped: home.shipped,
      checks: Array.from(plugins.checks, ({ name, fields, order }) => ({ name, fields, order })),
      functions: Array.from(plugins.functions, ({ name, reach, parameters, variadic = false }) => ({
        ...{ name, reach, variadic },
        parameters: parameters.map(({ name: of, isRequired }) => ({ name: of, isRequired, preset: null })),
      })),
    };
    const [outcome] = await inThreads({ module: MODULE, items: [item], ...this.#limits }, clock);
    if (outcome?.type === 'done') return outcome.value as ReloadPreviewJson;
    throw new OpsbroError('overloaded', `the text could not be judged: ${outcome?.message ?? 'the thread ended'}`);
  }
}
