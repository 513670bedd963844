export interface ImportResult {
  imported: number;
  failed: { file: string; message: string }[];
}

/** What an import says of itself, reduced to what is shown. */
export function readImportResult(body: unknown): ImportResult {
  const { conversations, failed } = Object(body);
  return {
    imported: Array.isArray(conversations) ? conversations.length : 0,
    failed: Array.isArray(failed) ? failed : [],
  };
}
