import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import type { Duplex } from 'node:stream';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Door } from './door.ts';

/** Serves the screens. Answers GET and HEAD of every path that is no API. */
export interface Ui {
  handleRequest(request: IncomingMessage, response: ServerResponse): Promise<void>;
  handleUpgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

interface StaticUiOptions {
  /** Next's static export. */
  folder: string;
  door: Pick<Door, 'headers'>;
}

type Encoding = 'br' | 'gzip' | 'identity';

interface Page {
  type: string;
  etag: string;
  /** Hashed names never change their content. */
  immutable: boolean;
  body: Buffer;
  scripts: string[];
  packed: Map<Encoding, Promise<Buffer>>;
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
};
const COMPRESSIBLE = /^(text\/|application\/(json|manifest\+json|wasm)|image\/svg)/;
const MIN_COMPRESSED = 1024;

/** Only files that are in the export can be asked for: paths are looked up, never joined. */
export function createStaticUi({ folder, door }: StaticUiOptions): Ui {
  let index: Promise<Map<string, string>> | undefined;
  const pages = new Map<string, Promise<Page>>();

  const find = async (path: string): Promise<{ page: Page; status: 200 | 404 } | undefined> => {
    const files = await (index ??= indexFolder(folder));
    const name = files.get(path);
    const fallback = files.get('/404');
    const file = name ?? fallback;
    if (file === undefined) return undefined;
    const page = pages.get(file) ?? loadPage(file);
    pages.set(file, page);
    return { page: await page, status: name === undefined ? 404 : 200 };
  };

  return {
    async handleRequest(request, response) {
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        response.writeHead(405, { Allow: 'GET, HEAD' }).end();
        return;
      }
      const found = await find(pathOf(request));
      if (!found) return sendMissing(response, (await index)?.size ?? 0);
      await sendPage({ request, response, door, ...found });
    },
  };
}

interface Answer {
  request: IncomingMessage;
  response: ServerResponse;
  door: Pick<Door, 'headers'>;
  page: Page;
  status: 200 | 404;
}

async function sendPage({ request, response, door, page, status }: Answer): Promise<void> {
  if (page.scripts.length > 0) {
    for (const [name, value] of Object.entries(door.headers(request, page.scripts))) {
      response.setHeader(name, value);
    }
  }
  response.setHeader('ETag', page.etag);
  response.setHeader('Vary', 'Accept-Encoding');
  const fresh = page.immutable && status === 200;
  response.setHeader('Cache-Control', fresh ? 'public, max-age=31536000, immutable' : 'no-cache');
  if (status === 200 && request.headers['if-none-match'] === page.etag) {
    response.writeHead(304).end();
    return;
  }
  const encoding = chooseEncoding(request, page);
  const body = await pack(page, encoding);
  if (encoding !== 'identity') response.setHeader('Content-Encoding', encoding);
  response.writeHead(status, { 'Content-Type': page.type, 'Content-Length': body.length });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function sendMissing(response: ServerResponse, files: number): void {
  const built = files > 0;
  const text = built
    ? 'There is no such page.'
    : 'The screens of MLX Code are not built yet. Stop the daemon and run npm start: it builds them.';
  response.writeHead(built ? 404 : 503, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Cache-Control': 'no-store',
  });
  response.end(`${text}\n`);
}

function pathOf(request: IncomingMessage): string {
  const path = (request.url ?? '/').split(/[?#]/, 1)[0] ?? '/';
  const plain = path.length > 1 ? path.replace(/\/$/, '') : path;
  try {
    return decodeURIComponent(plain);
  } catch {
    return plain;
  }
}

/** Every address of the export: files by their path, pages also without `.html`. */
async function indexFolder(folder: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const path = `/${relative(folder, file).split(sep).join('/')}`;
    found.set(path, file);
    if (path.endsWith('.html'))
      found.set(path.slice(0, -'.html'.length).replace(/\/index$/, '') || '/', file);
  }
  return found;
}

async function loadPage(file: string): Promise<Page> {
  const body = await readFile(file);
  const { mtimeMs } = await stat(file);
  const html = file.endsWith('.html');
  return {
    type: TYPES[extname(file)] ?? 'application/octet-stream',
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}-${Math.round(mtimeMs)}"`,
    immutable: file.split(sep).join('/').includes('/_next/static/'),
    body,
    scripts: html ? inlineScripts(body.toString('utf8')) : [],
    packed: new Map(),
  };
}

/** CSP sources of the scripts that Next writes into the page. */
export function inlineScripts(html: string): string[] {
  const sources = new Set<string>();
  for (const [, attributes = '', content = ''] of html.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/g)) {
    if (/\ssrc\s*=/.test(attributes) || content === '') continue;
    sources.add(`'sha256-${createHash('sha256').update(content).digest('base64')}'`);
  }
  return [...sources];
}

function chooseEncoding(request: IncomingMessage, page: Page): Encoding {
  const accepted = request.headers['accept-encoding'] ?? '';
  if (!COMPRESSIBLE.test(page.type) || page.body.length < MIN_COMPRESSED) return 'identity';
  if (/\bbr\b/.test(accepted)) return 'br';
  return /\bgzip\b/.test(accepted) ? 'gzip' : 'identity';
}

/** Compressed by the first request that wants it, then kept. */
function pack(page: Page, encoding: Encoding): Promise<Buffer> {
  const kept = page.packed.get(encoding) ?? compress(page.body, encoding);
  page.packed.set(encoding, kept);
  return kept;
}

function compress(body: Buffer, encoding: Encoding): Promise<Buffer> {
  switch (encoding) {
    case 'br':
      return promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
    case 'gzip':
      return promisify(gzip)(body, { level: 6 });
    case 'identity':
      return Promise.resolve(body);
  }
}
