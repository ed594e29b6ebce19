import { z } from 'zod';
import type { Yaml, YamlMap } from '../../model/pack.ts';
import * as field from '../fields.ts';
import type { Path } from '../yaml-place.ts';
import { isList, isMapping } from '../yaml-value.ts';
import { anyMap, expression } from './common-fields.ts';
import type { Fields, ObjectKind, Remark } from './kind.ts';

const TITLE = {
  title: field.text().prefault('').describe('Shown above.'),
  size: z
    .number()
    .positive()
    .meta({ expected: 'a number above 0' })
    .optional()
    .describe('Share of the width among tiles side by side; equal ones when left out.'),
};

const text = z.object({ ...TITLE, value: expression().describe('What is shown.') });

const drawn = () =>
  z.object({
    ...TITLE,
    value: expression().describe('What is drawn.'),
    unit: field.text().prefault('').describe('Shown behind the number; % is drawn from 0 to 100.'),
    max: z.number().meta({ expected: 'a number' }).optional().describe('End of the scale; found when left out.'),
  });

const table = z.object({
  ...TITLE,
  rows: z.array(z.unknown()).meta({ expected: 'a list of rows' }).describe('Lists of expressions.'),
});

/** A tile is a map with one key, its kind. */
const TILE = z.strictObject({
  text: text.optional().describe('A text.'),
  horizontal_gauge: drawn().optional().describe('A bar.'),
  horizontal_chart: drawn().optional().describe('A line of the last values.'),
  donut: drawn().optional().describe('A ring.'),
  table: table.optional().describe('Rows of values.'),
  checks: anyMap().optional().describe('Checks of the node.'),
  members: anyMap().optional().describe('Nodes of the pool.'),
  get vertical_split() {
    return tiles().describe('Tiles one below the other.');
  },
  get horizontal_split() {
    return tiles().describe('Tiles side by side.');
  },
});

function tiles(): z.ZodOptional<z.ZodArray<z.ZodType>> {
  return z.array(TILE).meta({ expected: 'a list of tiles' }).optional();
}

/** A page of values, for the terminal and the browser. */
export const DASHBOARD: ObjectKind = {
  schema: z.object({
    title: field.text().describe('Shown above.'),
    content: z
      .union([TILE, z.array(TILE)])
      .meta({ expected: 'a tile' })
      .describe('What is on it: one tile, which may be a split into others.'),
  }),
  expressions: (fields) => expressionsIn(fields.get('content'), ['content']),
  judge: lonelyKeys,
};

/** Every tile of a tree, with its place. */
function* tilesIn(written: Yaml | undefined, at: Path): Iterable<readonly [Path, YamlMap]> {
  if (isList(written)) for (const [index, tile] of written.entries()) yield* tilesIn(tile, [...at, index]);
  if (!isMapping(written)) return;
  yield [at, written];
  for (const split of ['vertical_split', 'horizontal_split']) yield* tilesIn(written[split], [...at, split]);
}

function* lonelyKeys(fields: Fields): Iterable<Remark> {
  for (const [at, tile] of tilesIn(fields.get('content'), ['content'])) {
    const count = Object.keys(tile).length;
    if (count !== 1) yield { level: 'error', at, message: `a tile has ${count} keys (expected one, its kind)` };
  }
  const content = fields.get('content');
  if (isList(content) && content.length !== 1) {
    yield { level: 'error', at: ['content'], message: `wrong content (expected one tile, got ${content.length})` };
  }
}

function* expressionsIn(content: Yaml | undefined, below: Path): Iterable<readonly [Path, Yaml]> {
  for (const [at, tile] of tilesIn(content, below)) {
    for (const [kind, leaf] of Object.entries(tile)) {
      if (isMapping(leaf) && leaf['value'] !== undefined) yield [[...at, kind, 'value'], leaf['value']];
    }
  }
}
