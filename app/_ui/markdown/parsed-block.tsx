'use client';

import { memo } from 'react';
import remarkMath from 'remark-math';
import remend from 'remend';
import { Block, defaultRehypePlugins, defaultRemarkPlugins } from 'streamdown';
import { ELEMENTS } from './elements.tsx';
import { sourceText } from './source-text.ts';

type Plugins = NonNullable<Parameters<typeof Block>[0]['remarkPlugins']>;

const remarkPlugins = [defaultRemarkPlugins.gfm, [remarkMath, { singleDollarTextMath: false }]].filter(
  (plugin) => plugin !== undefined,
) as Plugins;
// Without `rehype-raw` streamdown turns raw HTML into text; the sanitiser stands behind it.
const rehypePlugins = [defaultRehypePlugins.sanitize].filter((plugin) => plugin !== undefined);

interface ParsedBlockProps {
  text: string;
  definitions: string;
  open: boolean;
}

/** One block of Markdown as elements; an open one has its unfinished marks completed. */
export const ParsedBlock = memo(function ParsedBlock({ text, definitions, open }: ParsedBlockProps) {
  const source = sourceText(text);
  const complete = open ? remend(source) : source;
  return (
    <Block
      content={definitions === '' ? complete : `${complete}\n\n${definitions}`}
      shouldParseIncompleteMarkdown={false}
      shouldNormalizeHtmlIndentation={false}
      index={0}
      isIncomplete={open}
      components={ELEMENTS}
      remarkPlugins={remarkPlugins}
      rehypePlugins={rehypePlugins}
    />
  );
});
