import { expect, it } from 'vitest';
import { groupReferences } from './group-references.ts';
import { symbolAt } from './use-references.ts';

const use = { text: '', within: null, certain: true };

it('tells calls, tests, other uses and mere namesakes apart', () => {
  const groups = groupReferences(
    [
      { ...use, path: 'src/queue.ts', line: 112, kind: 'call', within: 'drain' },
      { ...use, path: 'src/queue.ts', line: 1, kind: 'import' },
      { ...use, path: 'test/policy.test.ts', line: 18, kind: 'call' },
      { ...use, path: 'other.py', line: 7, kind: 'call', certain: false },
    ],
    [{ path: 'test/policy.test.ts', line: 18, by: 'call' }],
  );
  expect(groups).toEqual({
    called: [{ path: 'src/queue.ts', line: 112, note: 'in drain' }],
    tested: [{ path: 'test/policy.test.ts', line: 18, note: '' }],
    used: [{ path: 'src/queue.ts', line: 1, note: 'import' }],
    perhaps: [{ path: 'other.py', line: 7, note: '' }],
  });
});

it('takes a line for the method it lies in, not for its class', () => {
  const symbol = { container: null, signature: null, path: 'a.ts', exported: true };
  const symbols = [
    { ...symbol, name: 'Queue', kind: 'class' as const, line: 1, end_line: 40 },
    { ...symbol, name: 'drain', kind: 'method' as const, line: 10, end_line: 20 },
  ];
  expect(symbolAt(symbols, 12, 12)?.name).toBe('drain');
  expect(symbolAt(symbols, 30, 30)?.name).toBe('Queue');
  const [, drain] = symbols;
  // Lines that begin with the comment above.
  expect(symbolAt(drain ? [drain] : [], 7, 20)?.name).toBe('drain');
  expect(symbolAt(symbols, 50, 60)).toBeUndefined();
});
