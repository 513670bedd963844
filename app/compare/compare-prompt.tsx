'use client';

import { Columns2 } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { IconButton } from '#app/_ui/icon-button.tsx';

interface ComparePromptProps {
  conversationId: string;
  messageId: string;
}

/** Under an answer: the same question to several contestants. */
export function ComparePrompt({ conversationId, messageId }: ComparePromptProps) {
  const router = useRouter();
  const address = `/compare?view=new&conversation=${conversationId}&message=${messageId}`;
  return (
    <IconButton
      icon={Columns2}
      size="small"
      label="Compare this prompt"
      onClick={() => router.push(address)}
    />
  );
}
