// @vitest-environment happy-dom
import { act, cleanup, renderHook } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { useRested } from './use-rested.ts';

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

test('what is typed is taken when the keys have rested, not before', () => {
  vi.useFakeTimers();
  const { result, rerender } = renderHook(({ text }) => useRested(text, 250), {
    initialProps: { text: 'a' },
  });
  expect(result.current).toBe('a');
  rerender({ text: 'ab' });
  act(() => void vi.advanceTimersByTime(200));
  rerender({ text: 'abc' });
  act(() => void vi.advanceTimersByTime(200));
  expect(result.current).toBe('a');
  act(() => void vi.advanceTimersByTime(50));
  expect(result.current).toBe('abc');
});
