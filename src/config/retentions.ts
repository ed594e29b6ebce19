import { OpsbroError } from '../base/errors.ts';
import type { Archive } from '../model/series.ts';

const SECONDS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['s', 1],
  ['m', 60],
  ['h', 3_600],
  ['d', 86_400],
  ['w', 604_800],
  ['y', 31_536_000],
]);
const PART = /^(\d{1,9})(?:([smhdwy])[a-z]*)?$/;
const MOST_ARCHIVES = 16;
/** A block of so many seconds would have no place in its key. */
const MOST_STEP = 31_536_000;
const MOST_POINTS = 100_000_000;

/**
 * Reads `10s:6h,1m:7d` (step:time, or step:points without a unit) as archives, the finest first. Throws `invalid_config` when an archive
 * is none, or they do not build on each other.
 */
export function parseRetentions(written: string): readonly Archive[] {
  const archives = written.split(',').map((part) => parseArchive(part.trim()));
  if (archives.length > MOST_ARCHIVES)
    throw wrong(`${archives.length} archives are too many (at most ${MOST_ARCHIVES})`);
  archives.reduce((finer, coarser) => {
    refuseMisfit(finer, coarser);
    return coarser;
  });
  return archives;
}

/** The seconds that an archive goes back. */
export const retentionOf = ({ step, points }: Archive): number => step * points;

function parseArchive(written: string): Archive {
  const [stepText = '', timeText = '', ...more] = written.split(':').map((part) => part.trim());
  const step = PART.exec(stepText);
  const time = PART.exec(timeText);
  if (!step || !time || more.length > 0) throw wrong(`"${written}" is no retention; write step:time such as 10s:6h`);
  const seconds = secondsOf(step);
  const points = time[2] === undefined ? Number(time[1]) : Math.floor(secondsOf(time) / seconds);
  if (seconds < 1 || seconds > MOST_STEP) throw wrong(`the step of "${written}" must be from 1s to 1y`);
  if (points < 1 || points > MOST_POINTS) throw wrong(`"${written}" keeps no point, or more than ${MOST_POINTS}`);
  return { step: seconds, points };
}

const secondsOf = ([, amount, unit = '']: RegExpExecArray): number => Number(amount) * (SECONDS.get(unit) ?? 1);

function refuseMisfit(finer: Archive, coarser: Archive): void {
  const [a, b] = [finer.step, coarser.step];
  if (b <= a) throw wrong(`steps must ascend, but ${b} s comes after ${a} s`);
  if (b % a !== 0) throw wrong(`a step must be a multiple of the one before it, but ${b} s is none of ${a} s`);
  const [shorter, longer] = [retentionOf(finer), retentionOf(coarser)];
  if (longer > shorter) return;
  throw wrong(
    `each archive must go back further than the one before it, but ${longer} s is not more than ${shorter} s`,
  );
}

const wrong = (text: string): OpsbroError => new OpsbroError('invalid_config', text);
