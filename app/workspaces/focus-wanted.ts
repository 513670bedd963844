import { create } from 'zustand';

/** What a key asked for before it was on the screen: the box of the search, or the text of the file that opens. */
export const useFocusWanted = create<{ box: boolean; text: boolean }>(() => ({ box: false, text: false }));
