import type { FeatureContext, FeatureParts } from './feature.ts';
import { chatFeature } from './features/chat/chat.ts';
import type { ChatEvents } from './features/chat/contract.ts';
import { compareFeature } from './features/compare/compare.ts';
import type { CompareEvents } from './features/compare/contract.ts';
import type { LogsEvents } from './features/logs/contract.ts';
import { logsFeature } from './features/logs/logs.ts';
import type { MetricsEvents } from './features/metrics/contract.ts';
import { metricsFeature } from './features/metrics/metrics.ts';
import type { ModelsEvents } from './features/models/contract.ts';
import { modelsFeature } from './features/models/models.ts';
import { openaiFeature } from './features/openai/openai.ts';
import type { RetrievalEvents } from './features/retrieval/contract.ts';
import { retrievalFeature } from './features/retrieval/retrieval.ts';
import type { SettingsEvents } from './features/settings/contract.ts';
import { settingsFeature } from './features/settings/settings.ts';
import type { WorkspacesEvents } from './features/workspaces/contract.ts';
import { workspacesFeature } from './features/workspaces/workspaces.ts';
import type { JobEvents } from './kernel/jobs.ts';

/** Everything the daemon sends to browsers. */
export type AppEvents = ChatEvents &
  CompareEvents &
  ModelsEvents &
  RetrievalEvents &
  SettingsEvents &
  LogsEvents &
  MetricsEvents &
  WorkspacesEvents &
  JobEvents;

/** Sets up every room, in the order in which they register their hooks. */
export function setUpFeatures(context: FeatureContext<AppEvents>): FeatureParts[] {
  const within = (room: string) => ({ ...context, log: context.log.child({ room }) });
  return [
    modelsFeature.setup(within(modelsFeature.name)),
    workspacesFeature.setup(within(workspacesFeature.name)),
    chatFeature.setup(within(chatFeature.name)),
    compareFeature.setup(within(compareFeature.name)),
    retrievalFeature.setup(within(retrievalFeature.name)),
    settingsFeature.setup(within(settingsFeature.name)),
    logsFeature.setup(within(logsFeature.name)),
    metricsFeature.setup(within(metricsFeature.name)),
    openaiFeature.setup(within(openaiFeature.name)),
  ];
}
