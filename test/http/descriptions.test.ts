import { expect, test } from 'vitest';
import { docsPage } from '../../src/http/docs-page.ts';
import type { OpenApi, Operation } from '../../src/http/openapi.ts';
import { bodyOf, fakeApi } from './fake-parts.ts';

const description = async () => await bodyOf<OpenApi>(await fakeApi()('/openapi.json'));
const operations = ({ paths }: OpenApi): Operation[] =>
  Object.values(paths).flatMap((methods) => Object.values(methods));

test('every route is in the list and in the description', async () => {
  const routes = await bodyOf<{ routes: string; method: string }[]>(await fakeApi()('/api'));
  const { paths } = await description();

  expect(routes).toContainEqual({ routes: '/agent/name', method: 'GET' });
  expect(routes).toContainEqual({ routes: '/kv/:key', method: 'PUT' });
  for (const { routes: path, method } of routes) {
    expect(paths[path.replace(/:(\w+)/g, '{$1}')], path).toHaveProperty(method.toLowerCase());
  }
  expect(routes).not.toContainEqual({ routes: '/stop', method: 'GET' });
});

test('the description is OpenAPI 3.1 with names of their own for all operations', async () => {
  const api = await description();
  const ids = operations(api).map(({ operationId }) => operationId);

  expect(api.openapi).toBe('3.1.0');
  expect(new Set(ids).size).toBe(ids.length);
  for (const { summary } of operations(api)) expect(summary).toMatch(/^[A-Z].*\.$/);
});

test('every name in a path is described as a parameter that is required', async () => {
  for (const [path, methods] of Object.entries((await description()).paths)) {
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    for (const { parameters } of Object.values(methods)) {
      expect(parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name)).toEqual(names);
    }
  }
});

test('bodies are described with what must be in them', async () => {
  const { paths } = await description();
  const bodyAt = (path: string, method: string) => paths[path]?.[method]?.requestBody;

  expect(bodyAt('/agent/join', 'post')).toMatchObject({
    required: true,
    content: { 'application/json': { schema: { required: ['seeds'], additionalProperties: false } } },
  });
  expect(bodyAt('/agent/stop', 'post')?.required).toBe(false);
  expect(bodyAt('/kv/{key}', 'put')?.content).toEqual({ '*/*': { schema: {} } });
});

test('the page for people shows every operation, and needs no script and no other server', async () => {
  const answer = await fakeApi()('/docs');
  const page = await answer.text();

  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
  for (const path of Object.keys((await description()).paths)) expect(page).toContain(`</span>${path}</code>`);
  expect(page).not.toMatch(/<script|https?:|style=/);
  expect((await fakeApi()('/docs.css')).headers.get('content-type')).toBe('text/css; charset=utf-8');
});

test('what is described cannot become markup', () => {
  const evil = '<img src=x onerror="alert(1)">';
  const page = docsPage({
    openapi: '3.1.0',
    info: { title: evil, version: evil, description: evil },
    paths: {
      [evil]: {
        get: { operationId: '', summary: evil, tags: [evil], 'x-access': 'read', parameters: [], responses: {} },
      },
    },
    components: { schemas: {} },
  });

  expect(page).not.toContain('<img');
});
