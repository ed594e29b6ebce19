import type { OpenApi, Operation } from './openapi.ts';

/** What pages of the agent may load: what the agent itself serves. */
export const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The style sheet of the documentation page. */
export const DOCS_STYLE = `:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid; }
summary { cursor: pointer; padding: .3rem 0; }
code { font-family: ui-monospace, monospace; }
pre { overflow-x: auto; padding: .5rem 1rem; border-left: 3px solid; }
.method { display: inline-block; min-width: 5rem; font-weight: bold; }
.access { float: right; font-size: .85rem; }
`;

/** A page for people that shows what an OpenAPI description says, without a script and without another server. */
export function docsPage({ info, paths }: OpenApi): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const tags = [...new Set(operations.map(({ operation }) => operation.tags[0] ?? ''))];
  const sections = tags.map((tag) => {
    const own = operations.filter(({ operation }) => operation.tags[0] === tag);
    return `<h2>${escaped(tag)}</h2>\n${own.map(entry).join('\n')}`;
  });
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(info.title)} API</title><link rel="icon" href="data:,"><link rel="stylesheet" href="docs.css"></head>
<body>
<h1>${escaped(info.title)} ${escaped(info.version)}</h1>
<p>${escaped(info.description)} For programs: <a href="openapi.json">openapi.json</a>.</p>
${sections.join('\n')}
</body>
</html>
`;
}

interface Entry {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}

const entry = ({ path, method, operation }: Entry): string =>
  `<details><summary><span class="access">${operation['x-access']}</span><code><span class="method">${method}</span>${escaped(path)}</code> ${escaped(operation.summary)}</summary>
${parameterList(operation)}${schemaText('Body', operation.requestBody)}${schemaText('Answer', operation.responses['200'])}</details>`;

function parameterList({ parameters }: Operation): string {
  if (parameters.length === 0) return '';
  const items = parameters.map(
    ({ name, in: place, required, description = '' }) =>
      `<li><code>${escaped(name)}</code> in the ${place}${required ? ', required' : ''} ${escaped(description)}</li>`,
  );
  return `<ul>${items.join('')}</ul>\n`;
}

function schemaText(title: string, part: unknown): string {
  if (typeof part !== 'object' || part === null || !('content' in part)) return '';
  return `<h3>${title}</h3><pre>${escaped(JSON.stringify(part.content, null, 2))}</pre>\n`;
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => ENTITIES.get(sign) ?? '');
