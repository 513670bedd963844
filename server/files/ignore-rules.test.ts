import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ProjectPatterns, readRules } from './ignore-rules.ts';

let root: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'rules-')));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true });
});

function write(path: string, text = ''): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function left(paths: string[], patterns: ProjectPatterns = {}, at = root): string[] {
  const rules = readRules(at, patterns);
  return paths.filter((path) => rules.ignores(path.replace(/\/$/, ''), path.endsWith('/')));
}

describe('what of a folder is left out', () => {
  it('goes by whole names: latest-app and attestation.py stay when "test" is ignored', () => {
    write('.gitignore', 'test\nbuild/\n');
    const paths = [
      'latest-app/main.py',
      'attestation.py',
      'test/a.py',
      'src/test',
      'rebuild/x',
      'build/x',
      'build',
    ];
    expect(left(paths)).toEqual(['test/a.py', 'src/test', 'build/x']);
  });

  it('leaves out packages and metadata of version control without being told', () => {
    const paths = [
      '.git/config',
      'a/node_modules/x/y.js',
      '.venv/bin/a',
      'b/__pycache__/c.pyc',
      'a/git/x',
      '.github/ci.yml',
    ];
    expect(left(paths)).toEqual(paths.slice(0, 4));
  });

  it('lets the .gitignore of a folder speak last about what is in it', () => {
    write('.gitignore', '*.log\n/out/\n!keep.log\n');
    write('sub/.gitignore', '!debug.log\nsecret.txt\n!out/\n');
    const paths = [
      'a.log',
      'keep.log',
      'sub/debug.log',
      'sub/deep/debug.log',
      'sub/a.log',
      'secret.txt',
      'sub/secret.txt',
    ];
    expect(left(paths)).toEqual(['a.log', 'sub/a.log', 'sub/secret.txt']);
    expect(left(['out/a', 'sub/out/a'])).toEqual(['out/a']);
  });

  it('brings back a folder that an outer rule left out, and still applies the other rules in it', () => {
    write('.gitignore', 'build/\n*.log\n');
    write('sub/.gitignore', '!build/\n');
    expect(left(['build/a.ts', 'sub/build/', 'sub/build/a.ts', 'sub/build/a.log'])).toEqual([
      'build/a.ts',
      'sub/build/a.log',
    ]);
  });

  it('cannot bring back a file below a folder that is left out', () => {
    write('.gitignore', 'build/\n!build/keep.ts\n');
    expect(left(['build/keep.ts'])).toEqual(['build/keep.ts']);
  });

  it('reads the rules of the repository around the workspace, and its private ones', () => {
    write('.git/HEAD', 'ref: refs/heads/main\n');
    write('.git/info/exclude', '*.private\n');
    write('.gitignore', '/packages/app/generated\n*.tmp\n');
    const app = join(root, 'packages/app');
    mkdirSync(app, { recursive: true });
    expect(left(['generated/a.ts', 'x.tmp', 'notes.private', 'a.ts'], {}, app)).toEqual([
      'generated/a.ts',
      'x.tmp',
      'notes.private',
    ]);
  });

  it('goes by the list that Git keeps for all repositories of a person, the weakest of all', () => {
    vi.stubEnv('HOME', join(root, 'home'));
    write('project/.git/HEAD', 'ref: refs/heads/main\n');
    write('project/.git/info/exclude', '!kept.swp\n');
    write('home/.config/git/ignore', '*.swp\n');
    write('elsewhere/a.swp');
    const project = join(root, 'project');
    expect(left(['a.swp', 'kept.swp', 'a.orig'], {}, project)).toEqual(['a.swp']);
    expect(left(['a.swp'], {}, join(root, 'elsewhere'))).toEqual([]);
    write('dotfiles/ignored', '*.orig\n');
    symlinkSync('../dotfiles/ignored', join(root, 'home/.ignored'));
    write('home/.gitconfig', '[user]\n  name = A\n[core]\n  excludesFile = "~/.ignored"\n');
    expect(left(['a.swp', 'a.orig'], {}, project)).toEqual(['a.orig']);
  });

  it('asks the folders between the repository and the workspace from the outside in', () => {
    write('.git/HEAD', 'ref: refs/heads/main\n');
    write('.gitignore', '*.tmp\n');
    write('packages/.gitignore', '!kept.tmp\n');
    mkdirSync(join(root, 'packages/app'));
    expect(left(['a.tmp', 'kept.tmp'], {}, join(root, 'packages/app'))).toEqual(['a.tmp']);
  });

  it('opens a folder that its repository ignores: whoever opens it wants to see it', () => {
    write('.git/HEAD', 'ref: refs/heads/main\n');
    write('.gitignore', '*\n');
    write('scratch/a.ts');
    expect(left(['a.ts', 'node_modules/b/c.js'], {}, join(root, 'scratch'))).toEqual(['node_modules/b/c.js']);
  });

  it('takes the words of the project file last: only what is included, nothing that is excluded', () => {
    write('.gitignore', 'generated/\n');
    const patterns = { include: ['src/', '*.md'], exclude: ['*.snap', '!generated/'] };
    const paths = ['src/a.ts', 'src/a.snap', 'lib/b.ts', 'README.md', 'src/generated/x.ts', 'src/', 'lib/'];
    expect(left(paths, patterns)).toEqual(['src/a.snap', 'lib/b.ts']);
  });

  it('is not held up or led astray by a .gitignore that is a FIFO, a link or a folder', () => {
    mkdirSync(join(root, 'a'));
    execFileSync('mkfifo', [join(root, 'a/.gitignore')]);
    mkdirSync(join(root, 'b/.gitignore'), { recursive: true });
    write('all', '*\n');
    mkdirSync(join(root, 'c'));
    symlinkSync('../all', join(root, 'c/.gitignore'));
    expect(left(['a/x', 'b/x', 'c/x'])).toEqual([]);
  });

  it('is not held up by patterns that explode on a deep path, and still goes by the others', () => {
    const hostile = ['a/**/'.repeat(40), '**/a*/'.repeat(40), '**/**a/'.repeat(40)].map((line) => `${line}b`);
    const deep = `${'a/'.repeat(100)}c`;
    write('.gitignore', [...hostile, '*.log'].join('\n'));
    expect(left([deep, `${deep}.log`, 'x/y.log'])).toEqual([`${deep}.log`, 'x/y.log']);
    expect(left([deep, 'src/a.ts'], { include: [...hostile, 'src/'], exclude: hostile })).toEqual([deep]);
  });

  it('affords patterns with several ** where folders are as deep as they usually are', () => {
    write('.gitignore', '**/app/**/gen/**/out/*.ts\n');
    const path = 'a/b/app/c/d/gen/e/f/g/out/x.ts';
    expect(left([path, 'a/b/app/c/d/gene/e/out/x.ts'])).toEqual([path]);
  });

  it('survives names with newlines, spaces, marks of direction and leading dots', () => {
    write('.gitignore', '*.log\n');
    expect(left(['a\nb.log', 'a\nb.ts', ' .log', '\u202egnp.log', '..log', '...ts', '-rf.ts'])).toEqual([
      'a\nb.log',
      ' .log',
      '\u202egnp.log',
      '..log',
    ]);
  });
});
