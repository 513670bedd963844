'use client';

import { Check, Copy, WrapText } from 'lucide-react';
import { memo, useState } from 'react';
import { CitedBlock } from './cited.tsx';
import { CodeLines } from './code-lines.tsx';
import { Diagram } from './diagram.tsx';
import { languageName } from './languages.ts';
import { useHighlight } from './use-highlight.ts';

interface CodeViewProps {
  language: string;
  /** What followed the language: a file name is shown beside it. */
  meta: string;
  groups: readonly string[];
  open: boolean;
}

/** A code fence: language, wrap and copy, and the code, coloured once the fence is closed. */
export const CodeView = memo(function CodeView({ language, meta, groups, open }: CodeViewProps) {
  const [wrapped, setWrapped] = useState(false);
  const [asDiagram, setAsDiagram] = useState(true);
  const isDiagram = language.toLowerCase() === 'mermaid';
  const lines = useHighlight(isDiagram ? '' : language, groups, open);
  const name = languageName(language);
  const file = /(?:^|[\s"'=])([\w./@-]+\.\w{1,8})\b/.exec(meta)?.[1];
  return (
    <figure className="md-fence" data-open={open || undefined}>
      <figcaption>
        <span className="truncate">{file === undefined ? name : `${name} · ${file}`}</span>
        {open ? null : <CitedBlock code={groups.join('\n')} />}
        <span className="flex-1" />
        {isDiagram ? (
          <button type="button" aria-pressed={!asDiagram} onClick={() => setAsDiagram(!asDiagram)}>
            {asDiagram ? 'Source' : 'Diagram'}
          </button>
        ) : (
          <button
            type="button"
            aria-label="Wrap lines"
            title="Wrap lines"
            aria-pressed={wrapped}
            onClick={() => setWrapped(!wrapped)}
          >
            <WrapText size={15} strokeWidth={1.75} />
          </button>
        )}
        <CopyCode groups={groups} />
      </figcaption>
      {isDiagram && asDiagram ? (
        <Diagram source={groups.join('\n')} open={open} />
      ) : (
        // Long lines scroll; the keyboard reaches them.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <pre className={wrapped ? 'md-wrapped' : undefined} tabIndex={0}>
          <code>
            {groups.map((text, index) => (
              // Groups only ever grow at the end: their index is their identity.
              // oxlint-disable-next-line react/no-array-index-key
              <CodeLines key={index} text={text} tokens={lines?.[index]} />
            ))}
          </code>
        </pre>
      )}
    </figure>
  );
});

function CopyCode({ groups }: { groups: readonly string[] }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(groups.join('\n'));
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <button
      type="button"
      data-copy-code
      aria-label={copied ? 'Copied' : 'Copy code'}
      title="Copy code"
      onClick={() => void copy()}
    >
      {copied ? <Check size={15} strokeWidth={1.75} /> : <Copy size={15} strokeWidth={1.75} />}
    </button>
  );
}
