import { z } from 'zod';
import { OpsbroError } from '../../base/errors.ts';
import { unreadable } from '../../expressions/compile.ts';
import { type ExpressionPart, partsOf } from '../../expressions/parts.ts';
import { jsonOf } from '../../expressions/values.ts';
import type { Evaluated } from '../../model/expression.ts';
import { explained } from '../explanation.ts';
import type { ApiParts } from '../parts.ts';
import { route } from '../route.ts';
import { FunctionJson } from '../schemas.ts';

/** The language of checks, to try things out. */
export const evaluatorRoutes = ({ runtime, functions }: Pick<ApiParts, 'runtime' | 'functions'>) => ({
  'GET /agent/evaluator/list': route({
    access: 'read',
    summary: 'The functions that expressions may use.',
    answer: z.array(FunctionJson),
    handle: () => [...functions()],
  }),
  'POST /agent/evaluator/eval': route({
    access: 'admin',
    summary: 'The value of an expression on this node; a web form may send expr in base64.',
    body: z.strictObject({
      expr: z.string().min(1).max(16_384),
      pack: z.string().max(200).optional().describe('whose parameters the expression sees'),
      color: z.boolean().default(false).describe('texts may carry terminal colours'),
      explain: z.boolean().default(false).describe('the expression as a tree, with the value of every part'),
    }),
    answer: z.unknown(),
    fromForm: (fields) => ({ expr: Buffer.from(fields.get('expr') ?? '', 'base64').toString('utf8') }),
    async handle({ body }) {
      const evaluate = (text: string) => runtime.evaluate(text, body.pack, body.color ? 'colored' : 'plain');
      return body.explain ? await explained(partsIn(body.expr), evaluate) : answerOf(await evaluate(body.expr));
    },
  }),
});

/** The value as JSON. Throws `missing` or `expression` when there is none. */
function answerOf(outcome: Evaluated): unknown {
  switch (outcome.type) {
    case 'value':
      return jsonOf(outcome.value);
    case 'missing': {
      const { path, reason } = outcome;
      throw new OpsbroError('missing', `${path} is missing: ${reason}`, { details: { path, reason } });
    }
    case 'error': {
      const { message, code, offset, length } = outcome;
      throw new OpsbroError('expression', message, { details: { fault: code, offset, length } });
    }
  }
}

/** As `partsOf`, with the failure in the form of the route. */
function partsIn(text: string): ExpressionPart {
  try {
    return partsOf(text);
  } catch (error) {
    return answerOf(unreadable(error)) as never;
  }
}
