/** Class of a token, by the index that the highlighter sends; 0 is plain. */
export const TOKEN_CLASSES = ['', 'syn-key', 'syn-str', 'syn-num', 'syn-fn', 'syn-com'] as const;
