'use client';

import { lazy, memo, Suspense } from 'react';
import { fetchPart } from '#app/_client/part.ts';
import { PlainText } from './plain-text.tsx';

const Sections = lazy(() =>
  fetchPart(() => import('./sections.tsx')).then((module) => ({ default: module.Sections })),
);

export interface MarkdownProps {
  text: string;
  /** More text is to come: the last block stays open, and its unfinished marks are completed. */
  growing?: boolean;
}

/**
 * The one way in which text of models, files and people becomes elements: no raw HTML, no script, nothing loaded from
 * elsewhere. While text grows only its last block is parsed again. The parser is fetched with the first text.
 */
export const Markdown = memo(function Markdown(props: MarkdownProps) {
  return (
    <Suspense fallback={<PlainText text={props.text} />}>
      <Sections {...props} />
    </Suspense>
  );
});
