import { z } from 'zod';
import * as field from './fields.ts';
import { section } from './section.ts';
import { MOST_PATTERN } from './series-rules.ts';

const MOST_TARGETS = 16;

const patterns = () =>
  z.array(z.string().min(1).max(MOST_PATTERN)).meta({ expected: 'a list of regular expressions' }).prefault([]);

const target = z.strictObject({
  url: field.textLike(/^https?:\/\/[^\s]{1,2000}$/, 'an address that begins with http:// or https://'),
  headers: z.record(z.string().regex(/^[A-Za-z0-9-]{1,64}$/), field.text()).prefault({}),
  basic_auth: z.strictObject({ username: field.text(), password: field.text() }).optional(),
  bearer_file: field.path().optional(),
  include: patterns(),
  exclude: patterns(),
});

/** The section `prometheus` of agent.yml. */
export const prometheus = section({
  series: field
    .flag()
    .default(false)
    .describe('Show at /metrics also the last value of every series of this node that is not older than 5 minutes.'),
  remote_write: z
    .array(target)
    .max(MOST_TARGETS)
    .meta({ expected: 'a list of {url, headers, basic_auth, bearer_file, include, exclude}' })
    .prefault([])
    .describe('Receivers of remote write that get every point of this node; what they cannot take waits on disk.'),
  spool_max: field
    .size()
    .prefault('1GiB')
    .describe('Bytes that may wait on disk for one receiver; the oldest go first.'),
});

/** A receiver of remote write, with every default filled in. */
export type RemoteWriteTarget = z.output<typeof target>;
