'use client';

import { Component, lazy, memo, type ReactNode, Suspense, useState } from 'react';
import type { Block, MarkdownBlock } from './block.ts';
import { BlockSplitter } from './block-splitter.ts';
import { CodeView } from './code-view.tsx';
import { isAbsurdlyNested } from './line.ts';
import './markdown.css';

const ParsedBlock = lazy(() =>
  import('./parsed-block.tsx').then((module) => ({ default: module.ParsedBlock })),
);

interface MarkdownProps {
  text: string;
  /** More text is to come: the last block stays open, and its unfinished marks are completed. */
  growing?: boolean;
}

/**
 * The one way in which text of models, files and people becomes elements: no raw HTML, no script, nothing loaded from
 * elsewhere. While text grows only its last block is parsed again.
 */
export const Markdown = memo(function Markdown({ text, growing = false }: MarkdownProps) {
  const [splitter, setSplitter] = useState(() => new BlockSplitter());
  const current = splitter.continues(text) ? splitter : new BlockSplitter();
  if (current !== splitter) setSplitter(current);
  const sections = current.advance(text);
  const { definitions } = current;
  return (
    <div className="md" dir="auto">
      <Suspense fallback={<PlainText text={text} />}>
        {sections.map((blocks, index) => (
          <Section
            key={blocks[0]?.key ?? index}
            blocks={blocks}
            definitions={definitions}
            growing={growing && index === sections.length - 1}
          />
        ))}
      </Suspense>
    </div>
  );
});

interface SectionProps {
  blocks: readonly Block[];
  definitions: string;
  growing: boolean;
}

const Section = memo(function Section({ blocks, definitions, growing }: SectionProps) {
  return blocks.map((block) => {
    const open = growing && block.open;
    if (block.kind === 'code') {
      const { key, language, meta, groups } = block;
      return <CodeView key={key} language={language} meta={meta} groups={groups} open={open} />;
    }
    return (
      <TextBlock key={block.key} block={block} open={open} definitions={block.refers ? definitions : ''} />
    );
  });
});

interface TextBlockProps {
  block: MarkdownBlock;
  definitions: string;
  open: boolean;
}

/** Larger than any block should be after cutting: shown as it is instead of parsed. */
const UNPARSED = 64_000;

const TextBlock = memo(
  function TextBlock({ block, definitions, open }: TextBlockProps) {
    const plain = block.text.length > UNPARSED || block.text.split('\n').some(isAbsurdlyNested);
    return (
      <div className={block.joined ? 'md-block md-joined' : 'md-block'}>
        {plain ? (
          <PlainText text={block.text} />
        ) : (
          <Fallback text={block.text}>
            <ParsedBlock text={block.text} definitions={definitions} open={open} />
          </Fallback>
        )}
      </div>
    );
  },
  (before, after) =>
    before.block.text === after.block.text &&
    before.open === after.open &&
    before.definitions === after.definitions,
);

function PlainText({ text }: { text: string }) {
  return <p className="whitespace-pre-wrap">{text}</p>;
}

interface FallbackProps {
  text: string;
  children: ReactNode;
}

/** Text that the parser cannot take is shown as it came. */
class Fallback extends Component<FallbackProps, { failed: boolean; text: string }> {
  override state = { failed: false, text: this.props.text };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  static getDerivedStateFromProps({ text }: FallbackProps, state: { text: string }) {
    return text === state.text ? null : { failed: false, text };
  }

  override render() {
    return this.state.failed ? <PlainText text={this.props.text} /> : this.props.children;
  }
}
