import { describe as group, expect, test } from 'vitest';
import { describe, keyLabels, type KeyPress, matches } from './keys.ts';

function press(key: string, code: string, held: Partial<KeyPress> = {}): KeyPress {
  return { key, code, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held };
}

group('keys', () => {
  test('mod is Ctrl here and Cmd on a Mac, and the other one does not do', () => {
    const ctrl = press('k', 'KeyK', { ctrlKey: true });
    const cmd = press('k', 'KeyK', { metaKey: true });
    expect([matches(ctrl, 'mod+k', false), matches(cmd, 'mod+k', false)]).toEqual([true, false]);
    expect([matches(ctrl, 'mod+k', true), matches(cmd, 'mod+k', true)]).toEqual([false, true]);
  });

  test('a further modifier makes other keys', () => {
    const held = press('M', 'KeyM', { ctrlKey: true, shiftKey: true });
    expect(matches(held, 'mod+shift+m', false)).toBe(true);
    expect(matches(held, 'mod+m', false)).toBe(false);
    expect(matches(press('m', 'KeyM', { ctrlKey: true }), 'mod+shift+m', false)).toBe(false);
  });

  test('? is whatever makes a question mark', () => {
    expect(matches(press('?', 'Slash', { shiftKey: true }), '?', false)).toBe(true);
    expect(matches(press('?', 'Minus', { shiftKey: true }), '?', false)).toBe(true);
    expect(matches(press('/', 'Slash'), '?', false)).toBe(false);
  });

  test('Alt and Shift may change the character, not the key', () => {
    expect(matches(press('®', 'KeyR', { altKey: true }), 'alt+r', true)).toBe(true);
    expect(matches(press(':', 'Semicolon', { ctrlKey: true, shiftKey: true }), 'mod+shift+;', false)).toBe(
      true,
    );
  });

  test('on another layout the character counts', () => {
    expect(matches(press(',', 'KeyM', { ctrlKey: true }), 'mod+,', false)).toBe(true);
  });

  test.each([
    [press('k', 'KeyK', { ctrlKey: true }), 'mod+k'],
    [press('O', 'KeyO', { ctrlKey: true, shiftKey: true }), 'mod+shift+o'],
    [press('®', 'KeyR', { altKey: true }), 'alt+r'],
    [press('?', 'Minus', { shiftKey: true }), '?'],
    [press('ArrowUp', 'ArrowUp'), 'arrowup'],
    [press('Escape', 'Escape', { shiftKey: true }), 'shift+escape'],
    [press(' ', 'Space', { ctrlKey: true }), 'mod+ '],
  ])('keys that were pressed in the editor are the keys that work: %#', (pressed, keys) => {
    expect(describe(pressed, false)).toBe(keys);
    expect(matches(pressed, keys, false)).toBe(true);
  });

  test('a modifier alone is nothing yet', () => {
    expect(describe(press('Shift', 'ShiftLeft', { shiftKey: true }), false)).toBeNull();
    expect(describe(press('Dead', 'KeyE', { altKey: true }), true)).toBeNull();
  });

  test('each key cap has the name that this machine prints on it', () => {
    expect(keyLabels('mod+shift+o', true)).toEqual(['⌘', '⇧', 'O']);
    expect(keyLabels('mod+backspace', false)).toEqual(['Ctrl', '⌫']);
  });
});
