'use client';

import { useMemo } from 'react';
import { CitedText, type CitedPlace } from '#app/_ui/markdown/cited.tsx';
import { Markdown } from '#app/_ui/markdown/markdown.tsx';
import type { Message } from '#server/features/chat/contract.ts';
import { citedBlocks, citedText } from './cited-text.ts';
import { codeAddress, placeName } from './code-address.ts';

/** An answer's text whose references open the file at the line, and whose quotes say whether they are there. */
export function CitedAnswer({ answer, workspaceId }: { answer: Message; workspaceId: string }) {
  const { text, citations } = answer;
  const { marked, cited } = useMemo(() => {
    const known = citations ?? [];
    const places = known.map((citation): CitedPlace => {
      const { path, source, kind, from, to } = citation;
      const verified = citation.state === 'verified';
      const place = path === '' ? null : placeName(citation);
      return {
        href: path === '' ? null : codeAddress(workspaceId, citation),
        verified,
        isNumber: kind === 'reference' && /^\d+$/.test(text.slice(from, to)),
        title: titleOf({ place, verified, kind, source }),
      };
    });
    return { marked: citedText(text, known), cited: { places, blocks: citedBlocks(text, known) } };
  }, [text, citations, workspaceId]);
  return (
    <CitedText cited={cited}>
      <Markdown text={marked} />
    </CitedText>
  );
}

interface Told {
  place: string | null;
  verified: boolean;
  kind: 'reference' | 'quote';
  source: number | null;
}

function titleOf({ place, verified, kind, source }: Told): string {
  if (verified) return place ?? '';
  if (kind === 'quote') return 'Exactly this text is in none of the sources';
  if (source === null) return place === null ? 'There is no source of this number' : `${place} was not read`;
  return `${place} is not among the lines that were read`;
}
