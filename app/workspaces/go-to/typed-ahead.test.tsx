// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { forgetFocus, takeTyped, useFocusWanted } from '../focus-wanted.ts';
import { TypedAhead } from './typed-ahead.tsx';

afterEach(() => {
  cleanup();
  forgetFocus();
});

/** Presses the key for a search whose field is not there yet, and types. */
function typeAhead(wanted: 'box' | 'names'): HTMLElement {
  act(() => useFocusWanted.setState({ [wanted]: true }));
  const field = screen.getByRole('textbox', { name: 'The search is being opened' });
  expect(document.activeElement).toBe(field);
  fireEvent.change(field, { target: { value: 'policy' } });
  return field;
}

test('a list of names that takes the focus has what was typed before', () => {
  let taken = '';
  render(
    <>
      <TypedAhead />
      <input aria-label="Names" onFocus={() => (taken = takeTyped())} />
    </>,
  );
  typeAhead('names');
  act(() => screen.getByRole('textbox', { name: 'Names' }).focus());
  expect(taken).toBe('policy');
  expect(screen.queryByRole('textbox', { name: 'The search is being opened' })).toBeNull();
});

test('what was typed for the search is given up with Escape, or by going to another field', () => {
  render(
    <>
      <TypedAhead />
      <input aria-label="Elsewhere" />
    </>,
  );
  fireEvent.keyDown(typeAhead('box'), { key: 'Escape' });
  expect(useFocusWanted.getState()).toMatchObject({ box: false, typed: '' });
  typeAhead('box');
  act(() => screen.getByRole('textbox', { name: 'Elsewhere' }).focus());
  expect(useFocusWanted.getState()).toMatchObject({ box: false, typed: '' });
});
