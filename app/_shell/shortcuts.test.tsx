// @vitest-environment happy-dom
import { act, cleanup, render, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { DEFAULT_PREFERENCES, usePreferences } from '#app/_client/preferences.ts';
import { press, runShortcut, useShortcut, useShortcuts } from './shortcuts.ts';

beforeEach(() => usePreferences.setState(DEFAULT_PREFERENCES));
afterEach(() => {
  cleanup();
  document.body.innerHTML = '';
});

/** Sends the keys where the focus is and returns whether they were taken. */
function type(key: string, init: KeyboardEventInit = {}, target: Element = document.body): boolean {
  let taken = false;
  const listener = (event: KeyboardEvent) => {
    taken = press(event);
  };
  document.addEventListener('keydown', listener);
  target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, ...init }));
  document.removeEventListener('keydown', listener);
  return taken;
}

function Part({ id, run, enabled = true }: { id: string; run: () => void; enabled?: boolean }) {
  useShortcut(id, run, enabled);
  return null;
}

describe('a shortcut', () => {
  test('runs while its part of the screen is there, and not after', () => {
    const run = vi.fn();
    const { unmount } = render(<Part id="conversation.new" run={run} />);
    expect(type('o', { ctrlKey: true, shiftKey: true })).toBe(true);
    expect(run).toHaveBeenCalledOnce();
    unmount();
    expect(type('o', { ctrlKey: true, shiftKey: true })).toBe(false);
    expect(run).toHaveBeenCalledOnce();
  });

  test('goes to the part that came last, and back when that has gone', () => {
    const [outer, inner] = [vi.fn(), vi.fn()];
    render(<Part id="answer.stop" run={outer} />);
    const second = render(<Part id="answer.stop" run={inner} />);
    runShortcut('answer.stop');
    second.unmount();
    runShortcut('answer.stop');
    expect([outer.mock.calls.length, inner.mock.calls.length]).toEqual([1, 1]);
  });

  test('leaves the keys to the page while its part has switched it off', () => {
    render(<Part id="answer.stop" run={vi.fn()} enabled={false} />);
    expect(type('Escape')).toBe(false);
  });

  test('follows the keys that the person chose', () => {
    const run = vi.fn();
    render(<Part id="sidebar" run={run} />);
    act(() => usePreferences.setState({ shortcuts: { sidebar: ['alt+s'] } }));
    expect(type('b', { ctrlKey: true })).toBe(false);
    expect(type('s', { altKey: true })).toBe(true);
    expect(run).toHaveBeenCalledOnce();
  });

  test('is not run by an input method, nor behind a dialog or a menu', () => {
    const run = vi.fn();
    render(<Part id="palette" run={run} />);
    const keys = { ctrlKey: true };
    expect(type('k', { ...keys, isComposing: true })).toBe(false);
    document.body.innerHTML = '<div role="dialog"></div>';
    expect(type('k', keys)).toBe(false);
    document.body.innerHTML = '<div role="menu"></div>';
    expect(type('k', keys)).toBe(false);
    document.body.innerHTML = '';
    expect(type('k', keys)).toBe(true);
    expect(run).toHaveBeenCalledOnce();
  });

  test('of a bare key is text in a field, but Stop works there', () => {
    const [help, stop] = [vi.fn(), vi.fn()];
    render(<Part id="help" run={help} />);
    render(<Part id="answer.stop" run={stop} />);
    const field = document.body.appendChild(document.createElement('textarea'));
    expect(type('?', { shiftKey: true }, field)).toBe(false);
    expect(type('Escape', {}, field)).toBe(true);
    expect(type('?', { shiftKey: true })).toBe(true);
    expect([help.mock.calls.length, stop.mock.calls.length]).toEqual([1, 1]);
  });

  test('is listed with its keys and whether it can run here', () => {
    render(<Part id="panel" run={vi.fn()} />);
    const listed = renderHook(() => useShortcuts()).result.current;
    const panel = listed.find((shortcut) => shortcut.id === 'panel');
    const regenerate = listed.find((shortcut) => shortcut.id === 'answer.regenerate');
    expect([panel?.keys, panel?.available, regenerate?.available]).toEqual([['mod+]'], true, false]);
  });
});

describe('keys that vote', () => {
  function add(html: string): HTMLElement {
    document.body.innerHTML = html;
    const element = document.body.firstElementChild;
    if (!(element instanceof HTMLElement)) throw new Error('nothing was added');
    return element;
  }

  test('leave a text field its own arrows and its own undo', () => {
    const [vote, undo] = [vi.fn(), vi.fn()];
    render(<Part id="compare.first" run={vote} />);
    render(<Part id="compare.undo" run={undo} />);
    const field = add('<textarea></textarea>');
    expect(type('ArrowLeft', {}, field)).toBe(false);
    expect(type('z', { ctrlKey: true }, field)).toBe(false);
    expect(type('ArrowLeft')).toBe(true);
    expect(type('z', { ctrlKey: true })).toBe(true);
    expect([vote.mock.calls.length, undo.mock.calls.length]).toEqual([1, 1]);
  });

  test('leave the arrows to a text that the keyboard has gone to, and not to one that was clicked', () => {
    render(<Part id="compare.both-bad" run={vi.fn()} />);
    const text = add('<section data-scrolls tabindex="0"></section>');
    const focusedBy = (keyboard: boolean) => {
      vi.spyOn(text, 'matches').mockImplementation((selector) =>
        selector === ':focus-visible' ? keyboard : selector.includes('[data-scrolls]'),
      );
    };
    focusedBy(true);
    expect(type('ArrowDown', {}, text)).toBe(false);
    focusedBy(false);
    expect(type('ArrowDown', {}, text)).toBe(true);
  });
});
