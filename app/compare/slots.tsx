'use client';

import { Columns2 } from 'lucide-react';
import type { ScreenFeature } from '#app/_shell/slots.tsx';
import { ComparePrompt } from './compare-prompt.tsx';

/** The screen, and the way to it from an answer: its prompt, with what came before, to several models. */
export const compareSlots: ScreenFeature = {
  name: 'compare',
  slots: {
    'sidebar.item': [{ href: '/compare', label: 'Compare', icon: Columns2 }],
    'message.action': [{ id: 'compare', content: ComparePrompt }],
  },
};
