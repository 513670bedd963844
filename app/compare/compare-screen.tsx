'use client';

import { lazy, Suspense } from 'react';
import { fetchPart } from '#app/_client/part.ts';
import { ComparisonScreen } from './turn/comparison-screen.tsx';
import { ListScreen } from './list/list-screen.tsx';
import { type Place, usePlace } from './place.ts';

const BallotScreen = lazy(() =>
  fetchPart(() => import('./vote/ballot-screen.tsx')).then((module) => ({ default: module.BallotScreen })),
);
const NewComparison = lazy(() =>
  fetchPart(() => import('./new/new-comparison.tsx')).then((module) => ({ default: module.NewComparison })),
);
const NewRun = lazy(() =>
  fetchPart(() => import('./runs/new-run.tsx')).then((module) => ({ default: module.NewRun })),
);
const PromptSets = lazy(() =>
  fetchPart(() => import('./runs/prompt-sets.tsx')).then((module) => ({ default: module.PromptSets })),
);
const RankingScreen = lazy(() =>
  fetchPart(() => import('./ranking/ranking-screen.tsx')).then((module) => ({
    default: module.RankingScreen,
  })),
);

/** The room by what the address names. The list and a comparison are there at once; the rest is fetched when asked for. */
export function CompareScreen() {
  return (
    <Suspense>
      <View place={usePlace()} />
    </Suspense>
  );
}

function View({ place }: { place: Place }) {
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
