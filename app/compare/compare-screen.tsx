'use client';

import { BallotScreen } from './vote/ballot-screen.tsx';
import { ComparisonScreen } from './turn/comparison-screen.tsx';
import { ListScreen } from './list/list-screen.tsx';
import { NewComparison } from './new/new-comparison.tsx';
import { NewRun } from './runs/new-run.tsx';
import { usePlace } from './place.ts';
import { PromptSets } from './runs/prompt-sets.tsx';
import { RankingScreen } from './ranking/ranking-screen.tsx';

/** The room by what the address names. */
export function CompareScreen() {
  const place = usePlace();
  switch (place.view) {
    case 'list':
      return <ListScreen />;
    case 'ranking':
      return <RankingScreen />;
    case 'sets':
      return <PromptSets />;
    case 'new':
      return <NewComparison conversationId={place.conversationId} messageId={place.messageId} />;
    case 'run':
      return <NewRun setId={place.setId} />;
    case 'comparison':
      return <ComparisonScreen key={place.id} id={place.id} />;
    case 'vote':
      return <BallotScreen key={place.id} id={place.id} />;
  }
}
