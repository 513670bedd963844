import { create } from 'zustand';

/** What a key asked for before it was on the screen. */
interface FocusWanted {
  /** The box of the search, the list of names, or the text of the file that opens. */
  box: boolean;
  names: boolean;
  text: boolean;
  /** What was typed since then for the box or the list. */
  typed: string;
  /** An input method is in the middle of a word: it keeps the field that it is in. */
  composing: boolean;
}

const NOTHING: FocusWanted = { box: false, names: false, text: false, typed: '', composing: false };

export const useFocusWanted = create<FocusWanted>(() => NOTHING);

/** What was typed before the field was there; the field has the focus from then on. */
export function takeTyped(): string {
  const { typed } = useFocusWanted.getState();
  forgetFocus();
  return typed;
}

/** What was asked for will not come, or is not wanted any more. */
export function forgetFocus(): void {
  useFocusWanted.setState({ box: false, names: false, typed: '', composing: false });
}
