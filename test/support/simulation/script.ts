import { Simulation, type SimulationOptions } from '../simulation.ts';
import { between, type Cut, deaf, mute, oneWay, onlyOver, partition, type Way } from './cuts.ts';
import type { Link } from './link.ts';

/** What is done to the pool; plain values, so that a script can be written down, made up by dice, and shortened. */
export type Action =
  | { readonly do: 'kill' | 'leave'; readonly name: string }
  | {
      readonly do: 'restart';
      readonly name: string;
      readonly disk?: 'kept' | 'lost';
      readonly elsewhere?: boolean;
      readonly seed: string;
    }
  | { readonly do: 'add'; readonly name: string; readonly as?: string; readonly seed: string }
  | { readonly do: 'pause'; readonly name: string; readonly ms: number }
  | { readonly do: 'slow'; readonly name: string; readonly ms: number }
  | { readonly do: 'say'; readonly name: string; readonly text: string }
  | { readonly do: 'link'; readonly change: Partial<Omit<Link, 'delay'>> }
  /** Everybody whose name ends with an even number is cut off from the others. */
  | { readonly do: 'halve'; readonly ms: number }
  | { readonly do: 'isolate'; readonly names: readonly string[]; readonly ms: number }
  | { readonly do: 'deafen'; readonly name: string; readonly ms: number }
  | { readonly do: 'mute'; readonly name: string; readonly ms: number }
  | {
      readonly do: 'separate';
      readonly from: string;
      readonly to: string;
      readonly over?: Way;
      readonly isOneWay: boolean;
      readonly ms: number;
    };

export interface ScriptStep {
  /** Milliseconds after the pool was formed. */
  readonly at: number;
  readonly action: Action;
}

/** A life of a pool, written down. */
export interface Script {
  readonly seed: number;
  /** Members `n0`, `n1`, ... */
  readonly size: number;
  readonly steps: readonly ScriptStep[];
  /** How long it lasts after the pool was formed. */
  readonly ms: number;
}

/** What must be so at every look, one a second; throw or answer with what is wrong. */
export type Watch = (pool: Simulation) => string | undefined;

/** Nothing lasts longer to form: whom the word of an arrival missed, as happens once in some thousand pairs, learns it by push/pull. */
const FORMING_MS = 60_000;
const LOOK_MS = 1_000;
/** One that moved lets the others take it in before it joins. */
const TOLD_MS = 1_000;

/** Plays a script to its end. Throws, naming the seed, when something happens that must never be. */
export function play(
  script: Script,
  options: Omit<SimulationOptions, 'seed'> = {},
  watches: readonly Watch[] = [],
): Simulation {
  const pool = new Simulation({ ...options, seed: script.seed });
  const names = pool.addPool(script.size);
  eventually(pool, FORMING_MS, 'all see all', () => pool.allSee(names, 'alive'));
  for (const { at, action } of script.steps) pool.clock.after(at, () => act(pool, action));
  for (let left = script.ms; left > 0; left -= LOOK_MS) {
    pool.run(Math.min(left, LOOK_MS));
    for (const watch of watches) refuse(pool, watch(pool));
  }
  return pool;
}

/** Lets time go by until it is so; answers after how long. Throws, naming the seed, when it takes longer than `ms`. */
export function eventually(pool: Simulation, ms: number, what: string, holds: () => boolean): number {
  const waited = pool.runUntil(holds, ms);
  if (waited === undefined) throw new Error(`seed ${pool.seed}: not within ${ms} ms: ${what}`);
  return waited;
}

/** It is so at every look. */
export const always =
  (what: string, holds: (pool: Simulation) => boolean): Watch =>
  (pool) =>
    holds(pool) ? undefined : `not any more: ${what}`;

/** No member ever sees such a thing happen. */
export function never(what: string, happens: (sighting: Simulation['sightings'][number]) => boolean): Watch {
  let looked = 0;
  return (pool) => {
    const fresh = pool.sightings.slice(looked);
    looked = pool.sightings.length;
    const found = fresh.find(happens);
    return found && `${what}: ${JSON.stringify(found)}`;
  };
}

function refuse(pool: Simulation, wrong: string | undefined): void {
  if (wrong !== undefined) throw new Error(`seed ${pool.seed}, at ${pool.clock.now()} ms: ${wrong}`);
}

/** Does it now. An action on a member that is not there any more does nothing. */
function act(pool: Simulation, action: Action): void {
  switch (action.do) {
    case 'kill':
      pool.kill(action.name);
      return;
    case 'leave':
      pool.leave(action.name);
      return;
    case 'restart':
      pool.restart(action.name, action);
      pool.clock.after(action.elsewhere ? TOLD_MS : 0, () => pool.join(action.name, action.seed));
      return;
    case 'add':
      pool.add(action.name, action.as === undefined ? {} : { name: action.as });
      pool.join(action.name, action.seed);
      return;
    case 'pause':
      pool.pause(action.name, action.ms);
      return;
    case 'slow':
      pool.slow(action.name, action.ms);
      return;
    case 'say':
      pool.say(action.name, 'checks', { 'core/load': action.text });
      return;
    case 'link':
      pool.network.link = { ...pool.network.link, ...action.change };
      return;
    default:
      pool.clock.after(action.ms, pool.network.cut(cutOf(pool, action)));
  }
}

type Cutting = Extract<Action, { do: 'halve' | 'isolate' | 'deafen' | 'mute' | 'separate' }>;

function cutOf(pool: Simulation, action: Cutting): Cut {
  if (action.do === 'deafen') return deaf(action.name);
  if (action.do === 'mute') return mute(action.name);
  if (action.do === 'separate') {
    const cut = action.isOneWay ? oneWay(action.from, action.to) : between(action.from, action.to);
    return action.over === undefined ? cut : onlyOver(action.over, cut);
  }
  const isHere = action.do === 'halve' ? isEven : (name: string) => action.names.includes(name);
  const here = pool.living.filter(isHere);
  const there = pool.living.filter((name) => !isHere(name));
  return partition(here, there);
}

const isEven = (name: string): boolean => Number.parseInt(name.slice(1), 10) % 2 === 0;
