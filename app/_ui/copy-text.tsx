'use client';

import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { notifyError } from './toast.ts';

interface CopyTextProps {
  text: string;
  /** What it is, for the button's name: `log id`. */
  label: string;
}

/** A short text in mono that a press copies. */
export function CopyText({ text, label }: CopyTextProps) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  const Icon = copied ? Check : Copy;
  return (
    <button
      type="button"
      onClick={() => navigator.clipboard.writeText(text).then(() => setCopied(true), notifyError)}
      className="reach figures inline-flex min-w-0 max-w-full items-center gap-1 rounded-key px-1 text-tiny hover:bg-hover"
    >
      <span className="sr-only">{copied ? `Copied the ${label}` : `Copy the ${label}`}</span>
      <span className="truncate">{text}</span>
      <Icon size={12} aria-hidden="true" />
    </button>
  );
}
