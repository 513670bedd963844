'use client';

import { useState } from 'react';

interface StopFieldProps {
  value: string[];
  onCommit: (value: string[] | null) => void;
}

/** Stop strings, one in each line. */
export function StopField({ value, onCommit }: StopFieldProps) {
  const [text, setText] = useState(value.join('\n'));
  const commit = () => {
    const strings = text
      .split('\n')
      .filter((line) => line !== '')
      .slice(0, 16);
    if (strings.join('\n') !== value.join('\n')) onCommit(strings.length === 0 ? null : strings);
  };
  return (
    <label className="mt-2.5 block">
      <span className="text-small">Stop strings</span>
      <textarea
        value={text}
        rows={2}
        spellCheck={false}
        onChange={(event) => setText(event.target.value)}
        onBlur={commit}
        className="figures mt-1 block w-full resize-y rounded-control border border-line bg-surface px-2 py-1 text-tiny outline-none hover:border-line-strong focus:border-accent focus:ring-2 focus:ring-accent/20"
      />
      <span className="text-tiny text-ink-3">One in each line, at most 16: the answer ends before it.</span>
    </label>
  );
}
