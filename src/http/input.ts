import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { OpsbroError } from '../base/errors.ts';
import { isTooDeep, MAX_DEPTH } from './json-depth.ts';
import type { Route } from './route.ts';

/** Where a request keeps a part of its input. */
type Place = 'path' | 'query' | 'body';

/** Checks one part of a request and gives its value; refuses with `bad_request`, naming the field. */
export function checked(schema: z.ZodType, input: unknown, place: Place): unknown {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const faults = result.error.issues.flatMap((issue) => faultsOf(issue));
  const message = faults.map(({ field, text }) => `${place}${field === '' ? '' : ` ${field}`}: ${text}`).join('; ');
  throw new OpsbroError('bad_request', message, {
    details: { in: place, fields: faults.map(({ field }) => field).filter((field) => field !== '') },
  });
}

function faultsOf(issue: z.core.$ZodIssue): { field: string; text: string }[] {
  const path = issue.path.map(String);
  if (issue.code !== 'unrecognized_keys') return [{ field: path.join('.'), text: faultText(issue) }];
  return issue.keys.map((key) => ({ field: [...path, key].join('.'), text: 'nothing of this name is known here' }));
}

function faultText(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined'))
    return `is missing (expected ${issue.expected})`;
  if (issue.code === 'too_small' && issue.minimum === 1 && issue.origin !== 'number') return 'is empty';
  return lowerFirst(issue.message);
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** The names and values of a query, without those that every route knows. */
export const queryInput = (fields: URLSearchParams): Record<string, string> =>
  Object.fromEntries([...fields].filter(([name]) => name !== 'pretty'));

/** The body in the form that the route's schema checks. An empty body is an empty object. */
export function bodyInput(bytes: Uint8Array, contentType: string, route: Route): unknown {
  if (route.bodyType === 'bytes') return bytes;
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase();
  const text = new TextDecoder().decode(bytes);
  if (type === 'application/x-www-form-urlencoded' && route.fromForm) return route.fromForm(new URLSearchParams(text));
  if (bytes.length === 0) return {};
  if (type !== 'application/json') {
    throw new OpsbroError('unsupported_type', `send the body as application/json, not as ${type || 'nothing named'}`);
  }
  if (isTooDeep(text)) throw new OpsbroError('bad_request', `the body is nested deeper than ${MAX_DEPTH} levels`);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new OpsbroError('bad_request', 'the body is not JSON', { cause: error });
  }
}

/** The whole body of a request, refused with `too_large` as soon as it is longer than `limit` bytes. */
export async function readBody(request: Request, limit: number): Promise<Uint8Array> {
  if (Number(request.headers.get('content-length') ?? 0) > limit) throw tooLarge(limit);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of piecesOf(request)) {
    length += chunk.length;
    if (length > limit) throw tooLarge(limit);
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

/** As `readBody`, straight from the connection, which costs a fraction of it. */
export function readIncoming(incoming: IncomingMessage, limit: number): Promise<Uint8Array> {
  if (Number(incoming.headers['content-length'] ?? 0) > limit) return Promise.reject(tooLarge(limit));
  if (incoming.destroyed) return Promise.reject(brokenOff());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const stop = () => incoming.off('data', take).off('end', end).off('close', brokeOff);
    const take = (chunk: Buffer) => {
      length += chunk.length;
      chunks.push(chunk);
      if (length <= limit) return;
      stop().pause();
      reject(tooLarge(limit));
    };
    const end = () => {
      stop();
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
    };
    const brokeOff = () => {
      stop();
      reject(brokenOff());
    };
    incoming.on('data', take).on('end', end).on('close', brokeOff);
  });
}

/** A sender that goes away in the middle is no fault of ours. */
async function* piecesOf({ body }: Request): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  try {
    yield* body as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw brokenOff(error);
  }
}

const brokenOff = (cause?: unknown): OpsbroError => new OpsbroError('bad_request', 'the body broke off', { cause });

const tooLarge = (limit: number): OpsbroError =>
  new OpsbroError('too_large', `the body is longer than ${limit} bytes`, { details: { limit } });
