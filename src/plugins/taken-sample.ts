import { OpsbroError } from '../base/errors.ts';
import { numberIn } from '../base/numbers.ts';
import { SAMPLE_TYPES, type Sample, type TakenSample } from '../model/sample.ts';

/** What a sample has that does not say so itself. */
interface Occasion {
  readonly resourceId: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

const ZONED = /(?:z|[+-]\d\d:?\d\d)$/i;

/** The sample whole and checked. Throws `bad_request` for one that is none. */
export function sampleOf(taken: TakenSample, { resourceId, at }: Occasion): Sample {
  const { name, type, unit, volume, metadata = {} } = taken;
  if (typeof name !== 'string' || name === '') throw refused('a sample has no name');
  if (!SAMPLE_TYPES.includes(type)) {
    throw refused(`${name}: the type of a sample is "${type}" (expected ${SAMPLE_TYPES.join(', ')})`);
  }
  const number = typeof volume === 'string' ? numberIn(volume) : volume;
  if (typeof number !== 'number' || !Number.isFinite(number)) throw refused(`${name}: "${volume}" is no number`);
  return {
    name,
    type,
    unit: unit ?? '',
    volume: number,
    resourceId: taken.resourceId ?? resourceId,
    timestamp: new Date(taken.timestamp === undefined ? at : instantOf(name, taken.timestamp)).toISOString(),
    metadata,
  };
}

function instantOf(name: string, written: string): number {
  const at = Date.parse(ZONED.test(written) ? written : `${written}Z`);
  if (Number.isNaN(at)) throw refused(`${name}: "${written}" is no time`);
  return at;
}

const refused = (message: string): OpsbroError => new OpsbroError('bad_request', message);
