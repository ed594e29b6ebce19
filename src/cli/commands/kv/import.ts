import { OpsbroError } from '../../../base/errors.ts';
import type { Api } from '../../../http/api.ts';
import type { KvEntry } from '../../../model/kv.ts';
import { ExportWriter, readExport } from '../../../model/kv-export.ts';
import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { UsageError } from '../../failure.ts';
import { contentOf } from '../../input-file.ts';

const MODES = ['overwrite', 'skip', 'newer'] as const;
/** About how many bytes go with one request; a single value may be longer. */
const PART_BYTES = 4_194_304;
const HEAD = { zone: '', node: '', time: '', prefix: '' };

type Imported = Api['POST /kv-import']['answer'];

export default defineCommand({
  arguments: '<FILE>',
  options: {
    mode: {
      kind: 'value',
      placeholder: 'MODE',
      description: 'what may be replaced: overwrite (all), skip (nothing), newer (what is older)',
    },
    'dry-run': { kind: 'flag', description: 'tell what it would do' },
    force: { kind: 'flag', description: 'take what is whole of a damaged file' },
  },
  examples: ['kv import keys.jsonl', 'kv import - --mode newer --dry-run < keys.jsonl'],
  route: 'POST /kv-import',
  async run({ args: [name = ''], options }, { agent, terminal, world }) {
    const mode = MODES.find((known) => known === (options.mode ?? 'overwrite'));
    if (mode === undefined) throw new UsageError(`--mode: "${options.mode}" is none of ${MODES.join(', ')}`);
    const read = readExport(await contentOf(name, world, 'FILE'), options.force ? 'lenient' : 'strict');
    if ('fault' in read) throw new OpsbroError('bad_request', `${name}: ${read.fault}`);
    const query = { mode, 'dry-run': options['dry-run'] ? '1' : undefined } as const;
    let sum: Imported = { ...NOTHING, broken: read.broken, dry_run: options['dry-run'] };
    for (const body of partsOf(read.entries)) sum = added(sum, await agent.ask('POST /kv-import', { query, body }));
    terminal.show(sum, () => {
      const would = sum.dry_run ? 'would create' : 'created';
      const word = sum.dry_run ? 'overwrite' : 'overwrote';
      const skip = sum.dry_run ? 'skip' : 'skipped';
      terminal.line(`${would} ${sum.created}, ${word} ${sum.overwritten}, ${skip} ${sum.skipped}`);
    });
    for (const { key, message } of sum.refusals) terminal.note(`refused: ${escaped(key)}: ${escaped(message)}`);
    if (sum.broken > 0) terminal.note(`${sum.broken} lines could not be read`);
    return sum.refused === 0 ? 0 : 2;
  },
});

const NOTHING = { created: 0, overwritten: 0, skipped: 0, refused: 0, refusals: [] };

/** Whole exports, each of about the size of one request. */
function* partsOf(entries: readonly KvEntry[]): Generator<Uint8Array<ArrayBuffer>> {
  let writer = new ExportWriter();
  let lines = [writer.head(HEAD)];
  let size = 0;
  for (const entry of entries) {
    const line = writer.entry(entry);
    lines.push(line);
    size += line.length;
    if (size < PART_BYTES) continue;
    yield Buffer.from([...lines, writer.end()].join(''));
    writer = new ExportWriter();
    lines = [writer.head(HEAD)];
    size = 0;
  }
  if (lines.length > 1) yield Buffer.from([...lines, writer.end()].join(''));
}

const added = (sum: Imported, more: Imported): Imported => ({
  ...sum,
  created: sum.created + more.created,
  overwritten: sum.overwritten + more.overwritten,
  skipped: sum.skipped + more.skipped,
  refused: sum.refused + more.refused,
  refusals: [...sum.refusals, ...more.refusals],
});
