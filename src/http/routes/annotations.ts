import { z } from 'zod';
import { OpsbroError } from '../../base/errors.ts';
import type { Annotation } from '../../model/annotation.ts';
import { parseTime } from '../../render/times.ts';
import { type CommonFields, field, graphiteReply, scopeOf } from '../graphite-fields.ts';
import { question } from '../graphite-route.ts';
import type { ApiParts } from '../parts.ts';
import { type RouteTable, route } from '../route.ts';

const Event = z.object({
  id: z.int(),
  what: z.string(),
  when: z.int().describe('epoch seconds'),
  tags: z.array(z.string()),
  data: z.string(),
});

const TAGS = '"tags" must be an array or space-separated string';
const Tags = z.union([z.array(z.string()), z.string().transform(wordsIn)], { error: TAGS });

function wordsIn(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '');
}

type Fields = CommonFields & {
  readonly from?: string | undefined;
  readonly until?: string | undefined;
  readonly tags?: string | undefined;
  readonly set?: string | undefined;
};

const eventJson = ({ id, what, when, tags, data }: Annotation) => ({ id, what, when, tags: [...tags], data });

/** Marks on charts, as Graphite calls events. */
export function annotationRoutes({ render }: Pick<ApiParts, 'render'>): RouteTable {
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const list = async (fields: Fields) => {
    const reference = { now: Math.floor(render.wall() / 1_000), timeZone: zone };
    const tags = wordsIn(fields.tags ?? '');
    const view = render.view(scopeOf(fields));
    const found = await view.annotations({
      from: fields.from ? parseTime(fields.from, reference) : 0,
      until: fields.until ? parseTime(fields.until, reference) : reference.now,
      tags,
      set: fields.set === 'intersection' ? 'intersection' : 'union',
    });
    return graphiteReply(JSON.stringify(found.map(eventJson)), fields, view.missing);
  };
  return {
    ...question('/events/get_data', {
      summary: 'What happened, oldest first: marks for charts.',
      fields: { from: field.text(), until: field.text(), tags: field.text(), set: field.text() },
      answer: z.array(Event),
      handle: (fields) => list(fields as Fields),
    }),
    'GET /events/:id': route({
      access: 'read',
      summary: 'One mark of this node.',
      params: z.strictObject({
        id: z
          .string()
          .regex(/^\d{1,15}$/, 'write a whole number')
          .transform(Number),
      }),
      answer: Event,
      async handle({ params: { id } }) {
        const found = await render.annotations.get(id);
        if (found) return eventJson(found);
        throw new OpsbroError('not_found', `there is no event ${id}`);
      },
    }),
    'POST /events/': route({
      access: 'write',
      summary: 'Marks that something happened.',
      body: z.looseObject({
        what: z.string().min(1).max(512),
        tags: Tags.optional(),
        data: z.string().max(8_192).optional(),
        when: z.number().min(0).max(9_999_999_999).optional().describe('epoch seconds; now when left out'),
      }),
      answer: z.object({ id: z.int() }),
      handle({ body: { what, tags, data, when } }) {
        return {
          id: render.annotations.add({
            what,
            ...(tags !== undefined && { tags }),
            ...(data !== undefined && { data }),
            ...(when !== undefined && { when }),
          }),
        };
      },
    }),
  };
}
