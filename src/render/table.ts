import type { RenderFunction } from './function.ts';
import { define } from './function.ts';
import { aliasFunctions } from './functions/alias.ts';
import { bucketFunctions } from './functions/buckets.ts';
import { changeFunctions } from './functions/change.ts';
import { combineFunctions } from './functions/combine.ts';
import { filterFunctions } from './functions/filter.ts';
import { gapFunctions } from './functions/gaps.ts';
import { graphFunctions } from './functions/graph.ts';
import { groupFunctions } from './functions/groups.ts';
import { holtWintersFunctions } from './functions/holt-winters.ts';
import { movingFunctions } from './functions/moving.ts';
import { percentFunctions } from './functions/percent.ts';
import { shiftFunctions } from './functions/shift.ts';
import { sortFunctions } from './functions/sort.ts';
import { sourceFunctions } from './functions/sources.ts';
import { transformFunctions } from './functions/transform.ts';
import { many, p } from './params.ts';

/** Shown among the functions; a target that names it is read as a selection, as a path is. */
const seriesByTag = define('Special', 'The series whose tags fit all these expressions.', {
  params: { tagExpressions: many(p.text()) },
  run: () => [],
});

/** Every function of the target language by its name. */
export const FUNCTIONS: ReadonlyMap<string, RenderFunction> = new Map(
  [
    aliasFunctions,
    bucketFunctions,
    changeFunctions,
    combineFunctions,
    filterFunctions,
    gapFunctions,
    graphFunctions,
    groupFunctions,
    holtWintersFunctions,
    movingFunctions,
    percentFunctions,
    shiftFunctions,
    sortFunctions,
    sourceFunctions,
    transformFunctions,
    { seriesByTag },
  ].flatMap((table) => Object.entries(table)),
);
