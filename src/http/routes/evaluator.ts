import { z } from 'zod';
import { OpsbroError } from '../../base/errors.ts';
import { jsonOf } from '../../expressions/values.ts';
import type { ApiParts } from '../parts.ts';
import { route } from '../route.ts';
import { FunctionJson } from '../schemas.ts';

/** The language of checks, to try things out. */
export const evaluatorRoutes = ({ runtime, functions }: ApiParts) => ({
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
    }),
    answer: z.unknown(),
    fromForm: (fields) => ({ expr: Buffer.from(fields.get('expr') ?? '', 'base64').toString('utf8') }),
    async handle({ body }) {
      const outcome = await runtime.evaluate(body.expr, body.pack);
      switch (outcome.type) {
        case 'value':
          return jsonOf(outcome.value);
        case 'missing':
          throw new OpsbroError('missing', `${outcome.path} is missing: ${outcome.reason}`, {
            details: { path: outcome.path },
          });
        case 'error':
          throw new OpsbroError('expression', outcome.message, {
            details: { fault: outcome.code, offset: outcome.offset, length: outcome.length },
          });
      }
    },
  }),
});
