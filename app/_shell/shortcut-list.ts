/** Keys are written `mod+shift+o`: modifiers first, then one key as `KeyboardEvent.key` has it, in lower case. */
export interface Shortcut {
  id: string;
  title: string;
  keys: string[];
  group: 'Everywhere' | 'Conversation' | 'Answer' | 'Composer' | 'Compare' | 'Code';
  /** Works while a text field has the focus even without a modifier. */
  inFields?: boolean;
  /** Means something else in every text field: left to the field. */
  neverInFields?: boolean;
  /** Shown in the list, handled by the field itself. */
  shownOnly?: boolean;
}

/** The one list: what is not here has no key. A browser tab cannot take mod+N, mod+T and mod+W. */
export const SHORTCUTS: Shortcut[] = [
  { id: 'palette', title: 'Search or run', keys: ['mod+k'], group: 'Everywhere' },
  { id: 'everything.search', title: 'Search all messages', keys: ['mod+shift+f'], group: 'Everywhere' },
  { id: 'sidebar', title: 'Show or hide the sidebar', keys: ['mod+b'], group: 'Everywhere' },
  { id: 'panel', title: 'Show or hide the right panel', keys: ['mod+]'], group: 'Everywhere' },
  { id: 'logs', title: 'Show the logs', keys: ['mod+l', 'mod+shift+l'], group: 'Everywhere' },
  { id: 'settings', title: 'Settings', keys: ['mod+,'], group: 'Everywhere' },
  { id: 'help', title: 'Keyboard shortcuts', keys: ['mod+/', '?'], group: 'Everywhere' },
  { id: 'conversation.new', title: 'New conversation', keys: ['mod+shift+o'], group: 'Conversation' },
  { id: 'conversation.model', title: 'Choose a model', keys: ['mod+shift+m'], group: 'Conversation' },
  {
    id: 'conversation.delete',
    title: 'Delete the conversation',
    keys: ['mod+shift+backspace'],
    group: 'Conversation',
  },
  { id: 'answer.stop', title: 'Stop', keys: ['escape'], group: 'Answer', inFields: true },
  { id: 'answer.regenerate', title: 'Regenerate', keys: ['alt+r'], group: 'Answer' },
  { id: 'answer.continue', title: 'Continue', keys: ['alt+enter'], group: 'Answer' },
  { id: 'answer.previous', title: 'Previous version', keys: ['alt+arrowleft'], group: 'Answer' },
  { id: 'answer.next', title: 'Next version', keys: ['alt+arrowright'], group: 'Answer' },
  { id: 'answer.copy', title: 'Copy the last answer', keys: ['mod+shift+c'], group: 'Answer' },
  { id: 'answer.copy-code', title: 'Copy the last code block', keys: ['mod+shift+;'], group: 'Answer' },
  { id: 'message.edit', title: 'Edit the last message', keys: ['mod+e'], group: 'Composer' },
  { id: 'composer.focus', title: 'Write a message', keys: ['shift+escape', '/'], group: 'Composer' },
  { id: 'composer.send', title: 'Send', keys: ['mod+enter'], group: 'Composer', shownOnly: true },
  {
    id: 'composer.edit-last',
    title: 'Edit the last message (empty composer)',
    keys: ['arrowup'],
    group: 'Composer',
    shownOnly: true,
  },
  { id: 'code.search', title: 'Search the code', keys: ['mod+shift+e'], group: 'Code' },
  { id: 'code.file', title: 'Open a file by its name', keys: ['mod+p'], group: 'Code' },
  { id: 'code.symbol', title: 'Go to a symbol', keys: ['alt+g'], group: 'Code' },
  { id: 'code.ask', title: 'Ask about the marked file or lines', keys: ['alt+a'], group: 'Code' },
  { id: 'code.measure', title: 'Measure the index', keys: [], group: 'Code' },
  { id: 'compare.first', title: 'The left answer is better', keys: ['arrowleft'], group: 'Compare' },
  { id: 'compare.second', title: 'The right answer is better', keys: ['arrowright'], group: 'Compare' },
  { id: 'compare.tie', title: 'Both answers are as good', keys: ['arrowup'], group: 'Compare' },
  { id: 'compare.both-bad', title: 'Both answers are bad', keys: ['arrowdown'], group: 'Compare' },
  { id: 'compare.undo', title: 'Undo the vote', keys: ['mod+z'], group: 'Compare', neverInFields: true },
];
