/** One import of one file of the checkout by another. */
export interface Edge {
  from: string;
  to: string;
  typeOnly: boolean;
}

/** Why an import is not allowed, or undefined when it is. */
export function objectionTo(edge: Edge): string | undefined {
  if (isExempt(edge.from)) return undefined;
  return edge.from.startsWith('app/') ? appReason(edge) : daemonReason(edge);
}

/** Something only named files may touch, found by its text. */
interface Reserved {
  pattern: RegExp;
  appliesTo: RegExp;
  allowedIn: RegExp;
  message: string;
}

const daemonSource = /^(server|db)\/.*\.ts$/;
const always = String.raw`\.test\.tsx?$|^server/lint/|^db/testing\.ts$|^server/.*testing/`;

function only(...files: string[]): RegExp {
  return new RegExp([...files, always].join('|'));
}

export const reserved: Reserved[] = [
  {
    pattern: /['"](node:)?child_process['"]/,
    appliesTo: /^(server|db|app)\/.*\.(ts|tsx|mjs)$/,
    allowedIn: only('^server/kernel/spawn\\.ts$', '^server/bootstrap'),
    message: 'child processes start only through kernel/spawn.ts',
  },
  {
    pattern: /(?<![.\w])fetch\(|['"](undici|(node:)?https)['"]|\bhttps?\.(request|get)\(/,
    appliesTo: daemonSource,
    allowedIn: only('^server/kernel/egress\\.ts$'),
    message: 'outbound requests leave only through kernel/egress.ts',
  },
  {
    pattern: /\bprocess\.env\b/,
    appliesTo: daemonSource,
    allowedIn: only('^server/kernel/(config|spawn)\\.ts$'),
    message: 'the environment is read only in kernel/config.ts',
  },
  {
    pattern: /from ['"](drizzle-orm|better-sqlite3)\b/,
    appliesTo: daemonSource,
    allowedIn: only('^db/', '/store\\.ts$', '-store\\.ts$', '^server/kernel/(jobs|auth)\\.ts$'),
    message: 'SQL belongs in store.ts',
  },
  {
    pattern: /['"]@lancedb\/lancedb['"]/,
    appliesTo: daemonSource,
    allowedIn: only('^server/features/retrieval/vector-tables\\.ts$'),
    message: 'LanceDB belongs in one file of retrieval',
  },
  {
    pattern: /^\s*['"]use server['"]/,
    appliesTo: /^app\//,
    allowedIn: only(),
    message: 'screens have no Server Actions; the daemon answers requests',
  },
  {
    pattern: /^\s*(import|from)\s+(mlx|mlx_lm)\b/,
    appliesTo: /^python\/mlx_worker\/.*\.py$/,
    allowedIn:
      /^python\/mlx_worker\/(adapter|bert|blas_threads|cache_files|constrained|cpu_math|decoding|directory|draft|elementwise|embedder|filters|host|imports|launch|layers|likelihoods|loader|penalties|qwen3_embedding|ranks|sampling|scheduler|speculation|split)\.py$/,
    message: 'only the engine modules import mlx and mlx_lm',
  },
];

const order = [
  'db',
  'kernel',
  'files',
  'worker',
  'generation',
  'feature.ts',
  'features',
  'app.ts',
  'daemon.ts',
  'main.ts',
];
// Schemas only: contracts build on the sampling parameters and usage of the wire.
const protocol = 'server/worker/protocol.ts';
const roomsWithEngines = ['models', 'training', 'retrieval', 'voice'];

/** Downwards only: main > daemon > app.ts > features > feature.ts > generation > worker > files > kernel > db. */
function daemonReason({ from, to, typeOnly }: Edge): string | undefined {
  if (to.startsWith('app/')) return 'the daemon knows no screen';
  const above = layerOf(from);
  const below = layerOf(to);
  if (above === undefined || below === undefined) return undefined;
  if (above === 'features' && below === 'features') return roomReason({ from, to });
  const drives = above === 'features' && below === 'worker' && !typeOnly && to !== protocol;
  if (drives && !roomsWithEngines.includes(roomOf(from))) {
    return `only ${roomsWithEngines.join(', ')} drive engines`;
  }
  // db/schema takes the shape of its JSON columns from contracts, as types.
  if (typeOnly && to.endsWith('/contract.ts')) return undefined;
  return order.indexOf(below) > order.indexOf(above) ? `${above} lies below ${below}` : undefined;
}

function roomReason({ from, to }: Pick<Edge, 'from' | 'to'>): string | undefined {
  const sameRoom = roomOf(from) === roomOf(to);
  return sameRoom || to.endsWith('/contract.ts') ? undefined : 'rooms meet in hooks, not in imports';
}

/** What a browser may know: a room's contract, and the kernel's error codes and socket events. */
const contracts = /^server\/(features\/[^/]+\/([^/]+\/)?contract|kernel\/(contract|errors|sockets))\.ts$/;

/** app/<room> > app/_* > type imports of contracts. */
function appReason({ from, to, typeOnly }: Edge): string | undefined {
  if (!to.startsWith('app/')) {
    if (!contracts.test(to)) return 'a screen imports contracts only';
    return typeOnly ? undefined : 'a screen imports types of contracts only (import type)';
  }
  const above = screenOf(from);
  const below = screenOf(to);
  // The list of screens and the page at "/" are the two places that name them.
  if (above === undefined || below === undefined || above === below) return undefined;
  if (below.startsWith('_')) return undefined;
  return above.startsWith('_') ? 'foundations know no screen' : 'screens meet in slots, not in imports';
}

function isExempt(path: string): boolean {
  return /\.test\.tsx?$|^e2e\/|^server\/(bootstrap|lint)|(^|\/)testing(\.ts$|\/)/.test(path);
}

function layerOf(path: string): string | undefined {
  if (path.startsWith('db/')) return 'db';
  return order.find((layer) => path === `server/${layer}` || path.startsWith(`server/${layer}/`));
}

function roomOf(path: string): string {
  return path.split('/')[2] ?? '';
}

function screenOf(path: string): string | undefined {
  const parts = path.split('/');
  return parts.length > 2 ? parts[1] : undefined;
}
