'use client';

import { useSearchParams } from 'next/navigation';

/** What of this room is on the screen: ids and views are in the query, for one static page. */
export type Place =
  | { view: 'list' | 'ranking' | 'sets' }
  | { view: 'new'; conversationId: string | null; messageId: string | null }
  | { view: 'run'; setId: string | null }
  | { view: 'comparison' | 'vote'; id: string };

export const addressOf = {
  list: '/compare',
  ranking: '/compare?view=ranking',
  sets: '/compare?view=sets',
  newComparison: '/compare?view=new',
  newRun: (setId?: string) => `/compare?view=run${setId === undefined ? '' : `&set=${setId}`}`,
  comparison: (id: string) => `/compare?id=${id}`,
  vote: (id: string) => `/compare?id=${id}&view=vote`,
  conversation: (id: string) => `/chat?id=${id}`,
};

export function usePlace(): Place {
  const query = useSearchParams();
  const id = query.get('id');
  const view = query.get('view');
  if (id !== null) return { view: view === 'vote' ? 'vote' : 'comparison', id };
  switch (view) {
    case 'new':
      return { view, conversationId: query.get('conversation'), messageId: query.get('message') };
    case 'run':
      return { view, setId: query.get('set') };
    case 'ranking':
    case 'sets':
      return { view };
    case null:
    default:
      return { view: 'list' };
  }
}
