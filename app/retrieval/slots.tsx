'use client';

import { Waypoints } from 'lucide-react';
import type { ScreenFeature } from '#app/_shell/slots.tsx';
import { SearchEverything } from './everything/search-everything.tsx';
import { SimilarMessages } from './everything/similar-messages.tsx';

/** The map of conversations, and the search over all of them from every screen. */
export const retrievalSlots: ScreenFeature = {
  name: 'retrieval',
  slots: {
    'frame.banner': [{ id: 'retrieval.everything', content: SearchEverything }],
    'sidebar.item': [{ href: '/retrieval', label: 'Map', icon: Waypoints }],
    'message.action': [{ id: 'similar', content: SimilarMessages }],
  },
};
