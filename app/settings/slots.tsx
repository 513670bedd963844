import { Settings } from 'lucide-react';
import type { ScreenFeature } from '#app/_shell/slots.tsx';
import { Notices } from './notices.tsx';

export const settingsSlots: ScreenFeature = {
  name: 'settings',
  slots: {
    'sidebar.item': [{ href: '/settings', label: 'Settings', icon: Settings, shortcut: 'settings' }],
    'frame.banner': [{ id: 'notices', content: Notices }],
  },
};
