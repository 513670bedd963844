import { Box } from 'lucide-react';
import type { ScreenFeature } from '#app/_shell/slots.tsx';
import { PromptCachesSection } from './prompt-caches-section.tsx';
import { ResidentFooter } from './resident-footer.tsx';

export const modelsSlots: ScreenFeature = {
  name: 'models',
  slots: {
    'sidebar.item': [{ href: '/models', label: 'Models', icon: Box }],
    'settings.section': [{ id: 'prompt-caches', title: 'Prompt caches', content: PromptCachesSection }],
    'sidebar.footer': [{ id: 'resident', content: ResidentFooter }],
  },
};
