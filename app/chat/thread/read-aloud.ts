'use client';

import { useEffect, useState } from 'react';

/** Reads a text with the browser's own voice; code is named, not spelled out. */
export function useReadAloud(text: string) {
  const available = typeof window !== 'undefined' && 'speechSynthesis' in window;
  const [speaking, setSpeaking] = useState(false);
  useEffect(() => (speaking ? () => speechSynthesis.cancel() : undefined), [speaking]);
  const toggle = () => {
    if (speaking) return setSpeaking(false);
    const utterance = new SpeechSynthesisUtterance(spoken(text));
    utterance.addEventListener('end', () => setSpeaking(false));
    utterance.addEventListener('error', () => setSpeaking(false));
    speechSynthesis.cancel();
    speechSynthesis.speak(utterance);
    setSpeaking(true);
  };
  return { available, speaking, toggle };
}

/** Markdown as it is said: without its marks, links by their words, code blocks by name. */
export function spoken(markdown: string): string {
  return markdown
    .replace(/^(```|~~~)[\s\S]*?(?:^\1.*$|$(?![\s\S]))/gm, 'Code block.')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^[ \t]*(?:#{1,6}|>|[-*+])[ \t]+/gm, '')
    .replace(/[*_~`|]+/g, '')
    .trim();
}
