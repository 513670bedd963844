'use client';

import { forgetFocus, useFocusWanted } from '../focus-wanted.ts';

/**
 * Takes the letters that are typed between the key for a search and its field, which is fetched first. It cannot be
 * seen: the field that comes has what was typed.
 */
export function TypedAhead() {
  const wanted = useFocusWanted(({ box, names }) => box || names);
  if (!wanted) return null;
  return (
    <input
      ref={focus}
      aria-label="The search is being opened"
      autoComplete="off"
      className="sr-only"
      onChange={({ target }) => useFocusWanted.setState({ typed: target.value })}
      onCompositionStart={() => useFocusWanted.setState({ composing: true })}
      onCompositionEnd={() => useFocusWanted.setState({ composing: false })}
      onKeyDown={({ key }) => key === 'Escape' && forgetFocus()}
      onBlur={({ currentTarget }) => {
        // A window that is left keeps its field, and the list of names takes the focus itself; a press elsewhere gives it up.
        const { names } = useFocusWanted.getState();
        if (!names && document.activeElement !== currentTarget) forgetFocus();
      }}
    />
  );
}

/** Outside the component: an element is given it once. */
function focus(element: HTMLElement | null): void {
  element?.focus();
}
