'use client';

import { Component, memo, type ReactNode, useState } from 'react';
import type { Block, MarkdownBlock } from './block.ts';
import { BlockSplitter } from './block-splitter.ts';
import { CodeView } from './code-view.tsx';
import { isAbsurdlyNested } from './line.ts';
import type { MarkdownProps } from './markdown.tsx';
import { ParsedBlock } from './parsed-block.tsx';
import { PlainText } from './plain-text.tsx';
import './markdown.css';

/** The sections of a text; each is drawn again only when it changes. */
export const Sections = memo(function Sections({ text, growing = false }: MarkdownProps) {
  const [splitter, setSplitter] = useState(() => new BlockSplitter());
  const current = splitter.continues(text) ? splitter : new BlockSplitter();
  if (current !== splitter) setSplitter(current);
  const sections = current.advance(text);
  const { definitions } = current;
  return (
    <div className="md" dir="auto">
      {sections.map((blocks, index) => (
        <Section
          key={blocks[0]?.key ?? index}
          blocks={blocks}
          definitions={definitions}
          growing={growing && index === sections.length - 1}
        />
      ))}
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
