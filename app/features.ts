import type { ScreenFeature } from './_shell/slots.tsx';
import { chatSlots } from './chat/slots.tsx';
import { compareSlots } from './compare/slots.tsx';
import { logsSlots } from './logs/slots.tsx';
import { metricsSlots } from './metrics/slots.tsx';
import { modelsSlots } from './models/slots.tsx';
import { openaiSlots } from './openai/slots.tsx';
import { retrievalSlots } from './retrieval/slots.tsx';
import { settingsSlots } from './settings/slots.tsx';
import { workspacesSlots } from './workspaces/slots.tsx';

/** Every room's browser half, in the order of the navigation; the only file that names them all. */
export const features: ScreenFeature[] = [
  chatSlots,
  compareSlots,
  workspacesSlots,
  retrievalSlots,
  modelsSlots,
  settingsSlots,
  openaiSlots,
  metricsSlots,
  logsSlots,
];
