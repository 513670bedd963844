'use client';

import { useEffect, useRef, useState } from 'react';
import { changeTerms } from './search-place.ts';

/** Milliseconds without a key after which it is searched. */
const PAUSE = 120;

/** What stands in the box: at once here, a moment later in the address, which is what is searched. */
export function useTypedQuery(query: string): {
  text: string;
  type: (text: string) => void;
  settle: () => void;
} {
  const [text, setText] = useState(query);
  const written = useRef(query);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef(text);
  useEffect(() => {
    if (query === written.current) return;
    // Somebody went back, or chose an earlier search.
    written.current = query;
    clearTimeout(timer.current);
    latest.current = query;
    setText(query);
  }, [query]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const settle = () => {
    clearTimeout(timer.current);
    if (written.current === latest.current) return;
    written.current = latest.current;
    changeTerms({ query: latest.current, like: null, duplicates: false });
  };
  const type = (next: string) => {
    latest.current = next;
    setText(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(settle, next === '' ? 0 : PAUSE);
  };
  return { text, type, settle };
}
