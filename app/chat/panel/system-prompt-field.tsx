'use client';

import { useState } from 'react';
import { Button } from '#app/_ui/button.tsx';
import { AutosizeTextarea } from '../composer/autosize-textarea.tsx';

interface SystemPromptFieldProps {
  value: string;
  onCommit: (value: string) => void;
}

/** What the model is told before the conversation. Saved on leaving the field. */
export function SystemPromptField({ value, onCommit }: SystemPromptFieldProps) {
  const [text, setText] = useState(value);
  const [shown, setShown] = useState(value);
  // Another tab may have changed it.
  if (shown !== value) {
    setShown(value);
    setText(value);
  }
  return (
    <div className="mt-1.5">
      <AutosizeTextarea
        aria-label="System prompt"
        value={text}
        placeholder="The model's own"
        onChange={(event) => setText(event.target.value)}
        onBlur={() => text !== value && onCommit(text)}
        className="max-h-64 min-h-16 rounded-control border border-line px-2 py-1.5 !text-small hover:border-line-strong focus:border-accent focus:ring-2 focus:ring-accent/20"
      />
      <div className="mt-1 flex items-center justify-between gap-2 text-tiny text-ink-3">
        <span>Told to the model before the conversation.</span>
        {value === '' ? null : (
          <Button size="small" look="quiet" onClick={() => onCommit('')}>
            Reset
          </Button>
        )}
      </div>
    </div>
  );
}
