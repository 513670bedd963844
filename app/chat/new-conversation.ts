import { create } from 'zustand';
import type { NewConversation } from './chat-api.ts';

/** What is chosen for the conversation that is yet to begin. */
export const useNewConversation = create<NewConversation>(() => ({
  model_id: null,
  system_prompt: '',
  parameters: {},
  workspace_id: null,
}));
