import { OpsbroError } from '../base/errors.ts';
import { numberIn } from '../base/numbers.ts';
import { SAMPLE_TYPES, type Sample, type TakenSample } from '../model/sample.ts';
import { treeFault } from './tree-fault.ts';

/** What a sample has that does not say so itself. */
interface Occasion {
  readonly resourceId: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

const ZONED = /(?:z|[+-]\d\d:?\d\d)$/i;

/** The sample whole and checked. Throws `bad_request` for one that is none. */
export function sampleOf(taken: TakenSample, { resourceId, at }: Occasion): Sample {
  const { name, type, unit, volume, metadata = {}, resourceId: resource = resourceId } = taken;
  if (typeof name !== 'string' || name === '') throw refused('a sample has no name');
  if (!isText(name))
    throw refused(`the name of a sample is ${JSON.stringify(name)}; it must not have control characters`);
  if (!isText(resource)) throw refused(`${name}: the resource must be a text without control characters`);
  const fault = treeFault(metadata);
  if (fault !== '') throw refused(`${name}: the metadata are no tree of values: ${fault}`);
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
    resourceId: resource,
    timestamp: new Date(taken.timestamp === undefined ? at : instantOf(name, taken.timestamp)).toISOString(),
    metadata,
  };
}

/** Whether it can be a key of a tree. */
const isText = (text: unknown): boolean => typeof text === 'string' && !/\p{Cc}/u.test(text);

function instantOf(name: string, written: string): number {
  const at = Date.parse(ZONED.test(written) ? written : `${written}Z`);
  if (Number.isNaN(at)) throw refused(`${name}: "${written}" is no time`);
  return at;
}

const refused = (message: string): OpsbroError => new OpsbroError('bad_request', message);
