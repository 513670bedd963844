import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { helpText, readConfig } from './config.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'mlx-code-config-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const file = (values: unknown) => writeFileSync(join(home, 'config.json'), JSON.stringify(values));
const read = (args: string[], environment: Record<string, string> = {}) =>
  readConfig({ args: ['--home', home, ...args], environment });

describe('precedence', () => {
  test('defaults < config.json < MLX_CODE_* < flags', () => {
    expect(read([]).port).toBe(7878);
    file({ port: 1001 });
    expect(read([]).port).toBe(1001);
    expect(read([], { MLX_CODE_PORT: '1002' }).port).toBe(1002);
    expect(read(['--port', '1003'], { MLX_CODE_PORT: '1002' }).port).toBe(1003);
  });

  test('the home: --home < MLX_CODE_HOME is not so; the flag wins', () => {
    expect(readConfig({ args: [], environment: { MLX_CODE_HOME: '/a/b' } }).home).toBe('/a/b');
    expect(readConfig({ args: ['--home', home], environment: { MLX_CODE_HOME: '/a/b' } }).home).toBe(home);
    expect(readConfig({ args: [], environment: {} }).home).toMatch(/\/\.mlx-code$/);
  });

  test('switches: --no-open, MLX_CODE_OPEN=false, config.json', () => {
    expect(read([]).open).toBe(true);
    expect(read(['--no-open']).open).toBe(false);
    expect(read([], { MLX_CODE_OPEN: 'false' }).open).toBe(false);
    file({ open: false });
    expect(read([]).open).toBe(false);
    expect(read(['--open']).open).toBe(true);
    expect(read([], { MLX_CODE_OPEN: '' }).open).toBe(false);
  });
});

describe('a wrong setting is named with where it came from', () => {
  test('in flags, the environment and the file', () => {
    expect(() => read(['--port', '70000'])).toThrow(/--port in the command line/);
    expect(() => read([], { MLX_CODE_LOG_LEVEL: 'loud' })).toThrow(/MLX_CODE_LOG_LEVEL in the environment/);
    file({ prot: 1 });
    expect(() => read([])).toThrow(/prot in .*config\.json/);
    file([1]);
    expect(() => read([])).toThrow(/config\.json is not a JSON object/);
    writeFileSync(join(home, 'config.json'), '{');
    expect(() => read([])).toThrow(/config\.json is not a JSON object/);
  });

  test('an unknown flag points to --help', () => {
    expect(() => read(['--prot', '1'])).toThrow(/--help/);
    expect(() => read(['stray'])).toThrow(/--help/);
  });

  test('an address that is no address, a host that is no host', () => {
    expect(() => read(['--hub-url', 'file:///etc'])).toThrow(/--hub-url/);
    expect(() => read(['--host', 'a b'])).toThrow(/--host/);
  });
});

test('only listed variables of our environment may reach a child process', () => {
  const { inherited } = read([], {
    PATH: '/bin',
    LANG: 'C',
    HF_TOKEN: 'hf_x',
    AWS_SECRET: 'y',
    LD_PRELOAD: '/z.so',
  });
  expect(inherited).toMatchObject({ PATH: '/bin', LANG: 'C' });
  expect(Object.keys(inherited)).not.toEqual(expect.arrayContaining(['HF_TOKEN']));
  expect(JSON.stringify(inherited)).not.toMatch(/hf_x|z\.so/);
});

test('the help names every option', () => {
  for (const option of ['--port PORT', '--host HOST', '--no-open', '--home DIR', '--help', '--hub-url']) {
    expect(helpText()).toContain(option);
  }
});
