import { create } from 'zustand';
import type { NewConversation } from './chat-api.ts';

/** What is chosen for the conversation that is yet to begin. */
export const useNewConversation = create<NewConversation>(() => ({
  model_id: null,
  system_prompt: '',
  parameters: {},
  workspace_id: null,
}));

/** Which folder its draft is about, kept by this browser until it is sent. */
const FOLDER = 'mlx-code.draft-folder.new';

export function prepare(change: Partial<NewConversation>): void {
  useNewConversation.setState(change);
  if (change.workspace_id === null) forgetFolder();
  else if (change.workspace_id !== undefined) localStorage.setItem(FOLDER, change.workspace_id);
}

/** Takes the folder of a draft that was begun before the page was loaded. */
export function recallFolder(): void {
  const kept = localStorage.getItem(FOLDER);
  if (kept !== null && useNewConversation.getState().workspace_id === null)
    useNewConversation.setState({ workspace_id: kept });
}

export function forgetFolder(): void {
  localStorage.removeItem(FOLDER);
}
