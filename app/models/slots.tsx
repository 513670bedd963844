import { Box } from 'lucide-react';
import type { ScreenFeature } from '#app/_shell/slots.tsx';
import { ResidentFooter } from './resident-footer.tsx';

export const modelsSlots: ScreenFeature = {
  name: 'models',
  slots: {
    'sidebar.item': [{ href: '/models', label: 'Models', icon: Box }],
    'sidebar.footer': [{ id: 'resident', content: ResidentFooter }],
  },
};
