import { type Random, seeded } from '../../../src/base/random.ts';
import type { Simulation } from '../simulation.ts';
import { type Action, eventually, play, type Script, type ScriptStep } from './script.ts';

const LIFE_MS = 300_000;
/** After this nothing more is done to the pool; every cut, pause and loss is over. */
const TROUBLE_MS = 200_000;
const LONGEST_MS = 60_000;
/** How long the living may take to agree once all trouble is over. */
const AGREEMENT_MS = 60_000;

/** A random life of a pool of 5 to 50, five minutes long. The same for the same seed. */
export function randomScript(seed: number): Script {
  const random = seeded(seed);
  const size = 5 + Math.floor(random() * 46);
  const steps: ScriptStep[] = [];
  for (let left = 1 + Math.floor(random() * 8); left > 0; left -= 1) {
    const at = Math.floor(random() * (TROUBLE_MS - LONGEST_MS));
    steps.push(...randomSteps(at, size, random));
  }
  steps.push({ at: TROUBLE_MS, action: { do: 'link', change: { loss: 0, duplicate: 0, reorder: 0 } } });
  return { seed, size, steps: steps.sort((a, b) => a.at - b.at), ms: LIFE_MS };
}

/** Plays it; answers with what went wrong, if anything did. */
export function faultOf(script: Script): string | undefined {
  try {
    const pool = play(script);
    eventually(pool, AGREEMENT_MS, 'all who live see who lives', () => agrees(pool));
    return undefined;
  } catch (error) {
    return String(error);
  }
}

/** The shortest life found in which it still goes wrong: fewer steps first, then fewer members. */
export function shrunk(script: Script, isFaulty: (script: Script) => boolean): Script {
  let smallest = script;
  for (let place = smallest.steps.length - 1; place >= 0; place -= 1) {
    const shorter = { ...smallest, steps: smallest.steps.filter((_, other) => other !== place) };
    if (isFaulty(shorter)) smallest = shorter;
  }
  for (const size of [5, 8, 12, 20, 30].filter((few) => few < smallest.size)) {
    const smaller = { ...smallest, size };
    if (isPossible(smaller) && isFaulty(smaller)) return smaller;
  }
  return smallest;
}

/** Whether all members that it speaks of are there. */
function isPossible({ size, steps }: Script): boolean {
  const numbers = [...JSON.stringify(steps).matchAll(/"n(\d+)"/g)].map(([, digits]) => Number(digits));
  return numbers.every((number) => number < size);
}

/** Every living member sees every living one as alive, and nobody else. */
function agrees(pool: Simulation): boolean {
  const { living } = pool;
  const expected = living.length;
  return living.every((by) => {
    let alive = 0;
    for (const node of pool.machine(by).nodes.values()) if (node.state === 'alive') alive += 1;
    return alive === expected && living.every((name) => pool.seen(by, name) === 'alive');
  });
}

type Invention = (name: string, other: string, random: Random) => readonly Action[];

const upTo = (random: Random, ms: number): number => 1 + Math.floor(random() * ms);

/** Two actions: the second ends the first, after a random time. */
const INVENTIONS: readonly Invention[] = [
  (name, other) => [
    { do: 'kill', name },
    { do: 'restart', name, seed: other, disk: 'kept' },
  ],
  (name, other) => [
    { do: 'kill', name },
    { do: 'restart', name, seed: other, disk: 'lost' },
  ],
  (name, other) => [
    { do: 'kill', name },
    { do: 'restart', name, seed: other, disk: 'kept', elsewhere: true },
  ],
  (name, other) => [
    { do: 'leave', name },
    { do: 'restart', name, seed: other, disk: 'kept' },
  ],
  (name) => [{ do: 'kill', name }],
  (name) => [{ do: 'leave', name }],
  (name, _, random) => [{ do: 'pause', name, ms: upTo(random, LONGEST_MS) }],
  (name, _, random) => [
    { do: 'slow', name, ms: upTo(random, 20) },
    { do: 'slow', name, ms: 0 },
  ],
  (name, _, random) => [{ do: 'say', name, text: `${random()}` }],
  (_, __, random) => [
    { do: 'link', change: { loss: 0.3 * random(), duplicate: 0.1 * random(), reorder: 0.2 * random() } },
    { do: 'link', change: { loss: 0, duplicate: 0, reorder: 0 } },
  ],
  (_, __, random) => [{ do: 'halve', ms: upTo(random, LONGEST_MS) }],
  (name, _, random) => [{ do: 'deafen', name, ms: upTo(random, LONGEST_MS) }],
  (name, _, random) => [{ do: 'mute', name, ms: upTo(random, LONGEST_MS) }],
  (from, to, random) => [{ do: 'separate', from, to, isOneWay: random() < 0.5, ms: upTo(random, LONGEST_MS) }],
  (from, to, random) => [
    { do: 'separate', from, to, over: random() < 0.5 ? 'udp' : 'tcp', isOneWay: false, ms: upTo(random, LONGEST_MS) },
  ],
];

function randomSteps(at: number, size: number, random: Random): ScriptStep[] {
  const pick = () => Math.floor(random() * size);
  // n0 stays: it is whom the others ask for the way back.
  const name = `n${1 + (pick() % (size - 1))}`;
  const invention = INVENTIONS[Math.floor(random() * INVENTIONS.length)];
  const [first, second] = invention?.(name, 'n0', random) ?? [];
  if (!first) return [];
  const end = at + upTo(random, LONGEST_MS);
  return [{ at, action: first }, ...(second ? [{ at: end, action: second }] : [])];
}
