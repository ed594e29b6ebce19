// biome-ignore-all lint/performance/noBarrelFile: one name for the code of packs is what this file is for

/** What the code of packs imports as `opsbro/plugins`. Of everything else in the program it has to expect that it changes. */
export { z } from 'zod';
export { TryLater, Undeliverable } from './delivery.ts';
export { defineFunction } from './function.ts';
export {
  defineCheck,
  defineCollector,
  defineDetector,
  defineHandler,
  defineHostingDriver,
  definePollster,
} from './kinds.ts';
export { CollectError, NotEligible, PermanentError } from './outcomes.ts';
