'use client';

import type { ComponentProps, ReactElement, ReactNode } from 'react';
import type { Components } from 'streamdown';
import { CitedLink, useCitedPlace } from './cited.tsx';
import { CodeView } from './code-view.tsx';
import { Formula } from './formula.tsx';
import { GROUP_LINES } from './block.ts';
import { isEmbeddedImage, safeLink } from './safe-link.ts';

/** The elements that Markdown becomes, where they differ from the plain HTML ones. */
export const ELEMENTS: Components = {
  a: ({ href, children }) => <Link href={href}>{children}</Link>,
  img: ({ src, alt }) => <Image src={typeof src === 'string' ? src : ''} alt={alt ?? ''} />,
  pre: ({ children }) => <Preformatted>{children}</Preformatted>,
  code: ({ className, children }) =>
    isMath(className) ? <Formula source={textOf(children)} /> : <code className="md-code">{children}</code>,
  table: ({ children }) => (
    // Wide tables scroll by themselves; the keyboard reaches them.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="md-table" tabIndex={0}>
      <table>{children}</table>
    </div>
  ),
  input: ({ checked }) => (
    <input
      type="checkbox"
      checked={checked === true}
      disabled
      aria-label={checked === true ? 'done' : 'to do'}
    />
  ),
};

function Link({ href, children }: { href: string | undefined; children: ReactNode }) {
  const place = useCitedPlace(href);
  if (place !== undefined) return <CitedLink place={place}>{children}</CitedLink>;
  const address = safeLink(href);
  if (address === null) {
    return href === undefined || href === '' ? children : <span title={href}>{children}</span>;
  }
  return (
    <a href={address} title={address} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}

/** A picture from elsewhere is never loaded by itself: following its link is up to the reader. */
function Image({ src, alt }: { src: string; alt: string }) {
  // oxlint-disable-next-line nextjs/no-img-element
  if (isEmbeddedImage(src)) return <img src={src} alt={alt} className="max-w-full rounded-control" />;
  const address = safeLink(src);
  const label = alt === '' ? 'image' : `image: ${alt}`;
  if (address === null) return <span className="text-ink-3">[{label}]</span>;
  return (
    <Link href={address}>
      [{label}, at {new URL(address).host}]
    </Link>
  );
}

/** Fences inside list items, indented code, and display formulas. */
function Preformatted({ children }: { children: ReactNode }) {
  const { className, children: content } = codeProps(children);
  const text = textOf(content).replace(/\n$/, '');
  if (isMath(className)) return <Formula source={text} display />;
  const language = /language-(\S+)/.exec(className ?? '')?.[1] ?? '';
  return <CodeView language={language} meta="" groups={groupsOf(text)} open={false} />;
}

function codeProps(children: ReactNode): ComponentProps<'code'> {
  const only = Array.isArray(children) ? children[0] : children;
  return isElement(only) ? only.props : { children };
}

function isElement(node: unknown): node is ReactElement<ComponentProps<'code'>> {
  return typeof node === 'object' && node !== null && 'props' in node;
}

function isMath(className: string | undefined): boolean {
  return /(?:^|\s)language-math(?:\s|$)/.test(className ?? '');
}

function textOf(children: ReactNode): string {
  if (typeof children === 'string') return children;
  return Array.isArray(children) ? children.map(textOf).join('') : '';
}

function groupsOf(text: string): string[] {
  const lines = text.split('\n');
  const groups: string[] = [];
  for (let at = 0; at < lines.length; at += GROUP_LINES)
    groups.push(lines.slice(at, at + GROUP_LINES).join('\n'));
  return groups;
}
