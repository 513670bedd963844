import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { AppError } from './errors.ts';
import { Hosts } from './hosts.ts';

const root = resolve(import.meta.dirname, '../..');
const flag = z.union([z.boolean(), z.stringbool()]);

/** Every setting of the daemon: key in config.json, MLX_CODE_<KEY> in the environment, --<key> as a flag. */
const Settings = z.strictObject({
  port: z.coerce
    .number()
    .int()
    .min(0)
    .max(65535)
    .default(7878)
    .describe('port to listen on; 0 takes a free one'),
  host: z
    .string()
    .regex(/^[\w.:-]{1,253}$/, 'must be a host name or an address')
    .default('localhost')
    .describe('another address to listen on besides loopback'),
  open: flag.default(true).describe('open the browser when there is a desktop'),
  dev: flag.default(false).describe('serve the screens with Next in development mode'),
  log_level: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('least severe line to log'),
  hub_url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('address of the model Hub, for a mirror or a test'),
  hf_home: z.string().min(1).optional().describe("the Hub's cache folder (HF_HOME)"),
  memory_budget: z.coerce
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('bytes that models may hold; 0 chooses a share of this machine'),
  python: z.string().min(1).default(join(root, '.venv/bin/python')).describe('the Python of the engines'),
  workspace_roots: z
    .preprocess((given) => (typeof given === 'string' ? given.split(':') : given), z.array(z.string().min(1)))
    .default([])
    .describe('folders outside your home in which workspaces may be looked for, divided by ":"'),
  hosts: z
    .preprocess((given) => (typeof given === 'string' ? parsedJson(given) : given), Hosts)
    .optional()
    .describe('machines for models that do not fit one, as JSON (docs/several-machines.md)'),
});

type SettingValues = z.infer<typeof Settings>;

/** What the daemon was started with. Parsed once and passed on. */
export interface Config {
  /** The checkout: where python/, out/ and the built-in models are. */
  root: string;
  version: string;
  /** The data folder, 0700. */
  home: string;
  port: number;
  /** `localhost` listens on loopback only. */
  host: string;
  open: boolean;
  dev: boolean;
  logLevel: SettingValues['log_level'];
  /** Base address of the Hub, when not its own. The only host that may be on a private address. */
  hubUrl: string | undefined;
  /** Bytes; 0 when the pool should choose. */
  memoryBudget: number;
  python: string;
  /** Where folders may be browsed besides the home and mounted disks. */
  workspaceRoots: string[];
  /** Machines for models that do not fit one. */
  hosts: Hosts | undefined;
  /** The person's home folder, where model caches are looked for. */
  userHome: string;
  /** HF_HOME and HF_HUB_CACHE as they were set, absolute. */
  hfHome: string | undefined;
  hfHubCache: string | undefined;
  /** The only variables of our own environment that a child process may be given. */
  inherited: Readonly<Record<string, string>>;
}

const INHERITED = [
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'TMPDIR', 'SHELL'],
  ...['DISPLAY', 'WAYLAND_DISPLAY', 'XDG_RUNTIME_DIR', 'DBUS_SESSION_BUS_ADDRESS', 'XAUTHORITY'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy', 'SSL_CERT_FILE'],
];

interface ConfigSources {
  args?: string[];
  environment?: Record<string, string | undefined>;
}

/**
 * Defaults < config.json in the home < MLX_CODE_* < flags.
 * Errors: invalid_request naming the setting and where it came from.
 */
export function readConfig(sources: ConfigSources = {}): Config {
  const environment = sources.environment ?? process.env;
  const flags = readFlags(sources.args ?? process.argv.slice(2));
  const home = resolve(flags.home ?? environment.MLX_CODE_HOME ?? join(homedir(), '.mlx-code'));
  const file = readFile(join(home, 'config.json'));
  const variables = readVariables(environment);
  check(file, join(home, 'config.json'), (key) => key);
  check(variables, 'the environment', (key) => `MLX_CODE_${key.toUpperCase()}`);
  check(flags.settings, 'the command line', (key) => `--${key.replaceAll('_', '-')}`);
  const settings = Settings.parse({ ...file, ...variables, ...flags.settings });
  return {
    root,
    version: readVersion(),
    home,
    port: settings.port,
    host: settings.host,
    open: settings.open,
    dev: settings.dev,
    logLevel: settings.log_level,
    hubUrl: settings.hub_url,
    memoryBudget: settings.memory_budget,
    python: settings.python,
    workspaceRoots: settings.workspace_roots,
    hosts: settings.hosts,
    userHome: environment.HOME ?? homedir(),
    hfHome: settings.hf_home ?? environment.HF_HOME,
    hfHubCache: environment.HF_HUB_CACHE,
    inherited: inheritedFrom(environment),
  };
}

/** Whether `--help` was asked for; then print `helpText()` and do nothing else. */
export function wantsHelp(args: string[] = process.argv.slice(2)): boolean {
  return args.includes('--help') || args.includes('-h');
}

/** The options of the command, from the schema. */
export function helpText(): string {
  const rows = Object.entries(Settings.shape).map(([key, schema]) => {
    const option = key.replaceAll('_', '-');
    const standard: unknown = schema.safeParse(undefined).data;
    if (standard === true) return [`--no-${option}`, `do not ${schema.description}`];
    const shown = standard === undefined || standard === false ? '' : ` (${String(standard)})`;
    return [
      isSwitch(key) ? `--${option}` : `--${option} ${key.toUpperCase()}`,
      `${schema.description}${shown}`,
    ];
  });
  rows.push(['--home DIR', 'the data folder (~/.mlx-code)'], ['--help', 'this text']);
  const width = Math.max(...rows.map(([name]) => (name ?? '').length));
  return [
    'MLX Code: a local coding assistant in a browser tab.',
    '',
    'npm start -- [options]',
    '',
    ...rows.map(([name, text]) => `  ${(name ?? '').padEnd(width)}  ${text}`),
    '',
    'Each is also a key of config.json in the data folder and a variable MLX_CODE_<KEY>.',
    '',
  ].join('\n');
}

/** What is no JSON stays a text, which the schema then refuses. */
function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function isSwitch(key: string): boolean {
  return key === 'open' || key === 'dev';
}

function readFlags(args: string[]): { home: string | undefined; settings: Record<string, unknown> } {
  const options: Record<string, { type: 'string' | 'boolean' }> = { home: { type: 'string' } };
  for (const key of Object.keys(Settings.shape)) {
    options[key.replaceAll('_', '-')] = { type: isSwitch(key) ? 'boolean' : 'string' };
  }
  try {
    const { values } = parseArgs({ args, options, allowNegative: true, strict: true });
    const settings: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(values)) {
      if (name !== 'home') settings[name.replaceAll('-', '_')] = value;
    }
    return { home: typeof values.home === 'string' ? values.home : undefined, settings };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('. ')[0] : String(cause);
    throw new AppError('invalid_request', `${reason}. See: npm start -- --help`, { cause });
  }
}

function readVariables(environment: Record<string, string | undefined>): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const key of Object.keys(Settings.shape)) {
    const value = environment[`MLX_CODE_${key.toUpperCase()}`];
    if (value !== undefined && value !== '') found[key] = value;
  }
  return found;
}

function readFile(path: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return {};
    throw new AppError('invalid_request', `${path} cannot be read. Check its owner and permissions.`, {
      cause,
    });
  }
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch (cause) {
    throw new AppError('invalid_request', `${path} is not a JSON object. Correct it, or remove it.`, {
      cause,
    });
  }
}

function check(values: Record<string, unknown>, source: string, name: (key: string) => string): void {
  const result = Settings.partial().safeParse(values);
  if (result.success) return;
  const issue = result.error.issues[0];
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const [key = '', ...inner] = [...(issue?.path ?? []), ...unknown].map(String);
  const named = [name(key), ...inner].join('.');
  throw new AppError('invalid_request', `${named} in ${source}: ${issue?.message ?? 'is not valid'}`, {
    details: { setting: key },
  });
}

function readVersion(): string {
  const text = readFileSync(join(root, 'package.json'), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}

function inheritedFrom(environment: Record<string, string | undefined>): Record<string, string> {
  const kept: Record<string, string> = { TMPDIR: tmpdir() };
  for (const name of INHERITED) {
    const value = environment[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}
