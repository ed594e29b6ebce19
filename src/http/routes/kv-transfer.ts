import { z } from 'zod';
import { OpsbroError } from '../../base/errors.ts';
import { checkKey } from '../../kv/key-rules.ts';
import { exportLines, importEntries } from '../../kv/transfer.ts';
import type { KvRestoring } from '../../model/kv.ts';
import { type ExportHead, readExport } from '../../model/kv-export.ts';
import type { ApiParts } from '../parts.ts';
import { Reply, route } from '../route.ts';
import { ImportedJson } from '../schemas/kv.ts';
import { flag } from '../schemas.ts';
import { nodeHeader } from './kv.ts';

/** Room for a value of the greatest length there may be, in base64; longer files come in several requests. */
const MAX_BODY = 16_777_216;
const LINES = 'application/x-ndjson';
const MODES = { overwrite: 'anything', skip: 'nothing', newer: 'older' } as const satisfies Record<string, KvRestoring>;

/** Keys out into a file, and in from one. */
export const kvTransferRoutes = (parts: ApiParts) => {
  const { kv, membership, filtering } = parts;
  const headers = nodeHeader(parts);
  return {
    'GET /kv-export': route({
      access: 'read',
      summary: 'All keys that begin with a prefix, as lines of JSON with a head and a checksum.',
      query: z.strictObject({ prefix: z.string().max(1_024).default('') }),
      answer: z.string(),
      produces: LINES,
      headers,
      async handle({ query: { prefix }, signal }) {
        if (prefix !== '') checkKey(prefix);
        const { zone, id: node } = membership.self;
        const time = new Date(filtering.clock.wall()).toISOString();
        return new Reply(await streamed(exportLines(kv, { zone, node, time, prefix } satisfies ExportHead), signal));
      },
    }),
    'POST /kv-import': route({
      access: 'write',
      summary: 'Puts the keys of an export back, or of one that Consul made.',
      query: z.strictObject({
        mode: z.enum(['overwrite', 'skip', 'newer']).default('overwrite').describe('what may be replaced'),
        'dry-run': flag.optional().describe('tell what would be done, and do nothing'),
        force: flag.optional().describe('take what is whole of a damaged file'),
      }),
      bodyType: 'bytes',
      body: z.instanceof(Uint8Array),
      maxBody: MAX_BODY,
      answer: ImportedJson,
      headers,
      async handle({ query: { mode, 'dry-run': isTrial = false, force }, body }) {
        const read = readExport(body, force ? 'lenient' : 'strict');
        if ('fault' in read) throw new OpsbroError('bad_request', read.fault);
        const how = { over: MODES[mode], isTrial, now: filtering.clock.wall() };
        const { refusals, ...counts } = await importEntries(kv, read.entries, how);
        return { ...counts, refusals: [...refusals], broken: read.broken, dry_run: isTrial };
      },
    }),
  };
};

/** The lines as they come. What fails before the first key is an answer of its own, what fails later breaks the stream off. */
async function streamed(lines: AsyncGenerator<string>, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
  const first = [(await lines.next()).value, (await lines.next()).value].map(String);
  return new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(Buffer.from(first.join('')));
    },
    async pull(controller) {
      const { done, value } = await lines.next();
      if (done || signal.aborted) controller.close();
      else controller.enqueue(Buffer.from(value));
    },
    async cancel() {
      await lines.return(undefined);
    },
  });
}
