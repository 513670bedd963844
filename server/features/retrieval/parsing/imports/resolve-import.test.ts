import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createImportResolver } from './resolve-import.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'imports-'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** A workspace with these files; a name alone is an empty one. */
function workspace(files: Record<string, string>) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const resolve = createImportResolver(root);
  const hasFile = (path: string) => Object.hasOwn(files, path);
  return (...[language, path, specifier, names = []]: [string, string, string, string[]?]) =>
    resolve({ specifier, path, language, names }, hasFile);
}

const empty = (...paths: string[]) => Object.fromEntries(paths.map((path) => [path, '']));

describe('JavaScript and TypeScript', () => {
  test('a relative path leads to a file, whatever its ending, or to the index of a folder', () => {
    const to = workspace(
      empty('src/a.ts', 'src/b.tsx', 'src/c/index.js', 'src/d.js', 'src/e.d.ts', 'top.ts', 'src/f.vue'),
    );
    expect(to('typescript', 'src/a.ts', './b')).toBe('src/b.tsx');
    expect(to('typescript', 'src/a.ts', './b.js')).toBe('src/b.tsx');
    expect(to('typescript', 'src/a.ts', './c')).toBe('src/c/index.js');
    expect(to('typescript', 'src/a.ts', './d.js?raw')).toBe('src/d.js');
    expect(to('javascript', 'src/c/index.js', '..')).toBeNull();
    expect(to('javascript', 'src/c/index.js', '../e')).toBe('src/e.d.ts');
    expect(to('vue', 'src/f.vue', '../top.ts')).toBe('top.ts');
    expect(to('typescript', 'src/a.ts', './missing')).toBeNull();
    expect(to('typescript', 'src/a.ts', '../../outside')).toBeNull();
  });

  test('paths of tsconfig.json with comments, and of what it extends', () => {
    const to = workspace({
      ...empty('src/lib/words.ts', 'src/app/main.ts', 'generated/api.ts'),
      'tsconfig.json':
        '{ /* all */ "extends": "./tsconfig.base.json", "compilerOptions": { "paths": { "~api": ["./generated/api.ts"], } } }',
      'tsconfig.base.json':
        '{ "compilerOptions": { "baseUrl": "src", "paths": { "@lib/*": ["lib/*"] } } } // end',
    });
    expect(to('typescript', 'src/app/main.ts', '@lib/words')).toBe('src/lib/words.ts');
    expect(to('typescript', 'src/app/main.ts', '~api')).toBe('generated/api.ts');
    expect(to('typescript', 'src/app/main.ts', 'lib/words')).toBe('src/lib/words.ts');
    expect(to('typescript', 'src/app/main.ts', 'react')).toBeNull();
  });

  test('imports of package.json, and the packages of a workspace', () => {
    const to = workspace({
      ...empty(
        'server/kernel/log.ts',
        'packages/words/src/index.ts',
        'packages/words/src/split.ts',
        'packages/app/main.ts',
      ),
      'package.json':
        '{ "workspaces": ["packages/*"], "imports": { "#server/*": { "default": "./server/*" } } }',
      'packages/words/package.json': '{ "name": "@me/words", "main": "dist/index.js", "imports": {} }',
      'packages/app/package.json': '{ "name": "app" }',
    });
    expect(to('typescript', 'server/kernel/log.ts', '#server/kernel/log.ts')).toBe('server/kernel/log.ts');
    expect(to('typescript', 'packages/app/main.ts', '@me/words')).toBe('packages/words/src/index.ts');
    expect(to('typescript', 'packages/app/main.ts', '@me/words/split')).toBe('packages/words/src/split.ts');
    expect(to('typescript', 'packages/app/main.ts', '#server/kernel/log.ts')).toBeNull();
  });
});

test('Python: modules, packages, relative ones, and a module brought from a package', () => {
  const to = workspace(
    empty('pkg/__init__.py', 'pkg/a.py', 'pkg/sub/__init__.py', 'pkg/sub/b.py', 'src/lib/c.py', 'main.py'),
  );
  expect(to('python', 'main.py', 'pkg.a')).toBe('pkg/a.py');
  expect(to('python', 'main.py', 'pkg')).toBe('pkg/__init__.py');
  expect(to('python', 'main.py', 'pkg', ['VERSION', 'a'])).toBe('pkg/a.py');
  expect(to('python', 'pkg/sub/b.py', '.')).toBe('pkg/sub/__init__.py');
  expect(to('python', 'pkg/sub/b.py', '..a')).toBe('pkg/a.py');
  expect(to('python', 'main.py', 'lib.c')).toBe('src/lib/c.py');
  expect(to('python', 'main.py', 'numpy')).toBeNull();
  expect(to('python', 'main.py', '...x')).toBeNull();
});

test('Go: packages of the module, by a file of theirs', () => {
  const to = workspace({
    'go.mod': 'module example.com/app\n\ngo 1.22\n',
    ...empty(
      'main.go',
      'internal/queue/push.go',
      'internal/queue/push_test.go',
      'store/store.go',
      'store/a.go',
    ),
  });
  expect(to('go', 'main.go', 'example.com/app/internal/queue')).toBe('internal/queue/push.go');
  expect(to('go', 'main.go', 'example.com/app/store')).toBe('store/store.go');
  expect(to('go', 'main.go', 'example.com/apple')).toBeNull();
  expect(to('go', 'main.go', 'fmt')).toBeNull();
});

test('Rust: paths of the crate, of modules around, and crates of the workspace', () => {
  const to = workspace(
    empty(
      'Cargo.toml',
      'src/lib.rs',
      'src/store.rs',
      'src/store/queue.rs',
      'src/shape/mod.rs',
      'crates/my-words/src/lib.rs',
    ),
  );
  expect(to('rust', 'src/lib.rs', 'self::store')).toBe('src/store.rs');
  expect(to('rust', 'src/shape/mod.rs', 'crate::store::queue')).toBe('src/store/queue.rs');
  expect(to('rust', 'src/store/queue.rs', 'super::super::shape')).toBe('src/shape/mod.rs');
  expect(to('rust', 'src/store/queue.rs', 'super')).toBe('src/store.rs');
  expect(to('rust', 'src/lib.rs', 'crate::store::Entry')).toBe('src/store.rs');
  expect(to('rust', 'src/lib.rs', 'my_words')).toBe('crates/my-words/src/lib.rs');
  expect(to('rust', 'src/lib.rs', 'std::collections')).toBeNull();
});

test('Java, C#, PHP, Ruby, Dart, C, CSS and Solidity: as far as paths tell', () => {
  const to = workspace({
    'composer.json': '{ "autoload": { "psr-4": { "App\\\\": "lib/" } } }',
    'pubspec.yaml': 'name: app\n',
    ...empty('src/main/java/com/x/A.java', 'src/main/java/com/x/y/B.java', 'src/test/java/com/x/ATest.java'),
    ...empty(
      'Store/Words.cs',
      'lib/Words/Splitter.php',
      'lib/queue.rb',
      'lib/tool/deep.rb',
      'lib/words.dart',
    ),
    ...empty(
      'include/queue.h',
      'native/a.c',
      'native/b.h',
      'styles/base.css',
      'styles/main.css',
      'contracts/Base.sol',
    ),
  });
  expect(to('java', 'src/main/java/com/x/A.java', 'com.x.y.B')).toBe('src/main/java/com/x/y/B.java');
  expect(to('java', 'src/test/java/com/x/ATest.java', 'com.x.A.of')).toBe('src/main/java/com/x/A.java');
  expect(to('c_sharp', 'Program.cs', 'App.Store.Words')).toBe('Store/Words.cs');
  expect(to('php', 'index.php', 'App\\Words\\Splitter')).toBe('lib/Words/Splitter.php');
  expect(to('ruby', 'lib/tool/deep.rb', 'queue')).toBe('lib/queue.rb');
  expect(to('ruby', 'lib/tool/deep.rb', '../queue')).toBe('lib/queue.rb');
  expect(to('dart', 'bin/main.dart', 'package:app/words.dart')).toBe('lib/words.dart');
  expect(to('c', 'native/a.c', 'b.h')).toBe('native/b.h');
  expect(to('c', 'native/a.c', 'queue.h')).toBe('include/queue.h');
  expect(to('css', 'styles/main.css', 'base.css')).toBe('styles/base.css');
  expect(to('solidity', 'contracts/Store.sol', './Base.sol')).toBe('contracts/Base.sol');
});

test('settings that lead out of the folder, that are links or are broken lead nowhere', () => {
  writeFileSync(join(root, 'outside.json'), '{ "compilerOptions": { "paths": { "x": ["./a.ts"] } } }');
  const to = workspace({
    ...empty('in/a.ts', 'in/tsconfig.json'),
    'tsconfig.json': '{ broken',
    'package.json': '{ "workspaces": ["../../*", "/etc"] }',
  });
  rmSync(join(root, 'in/tsconfig.json'));
  symlinkSync(join(root, 'outside.json'), join(root, 'in/tsconfig.json'));
  expect(to('typescript', 'in/a.ts', 'x')).toBeNull();
  expect(to('typescript', 'in/a.ts', 'etc')).toBeNull();
});
