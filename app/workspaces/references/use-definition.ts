'use client';

import { notify, notifyError } from '#app/_ui/toast.ts';
import { showFile } from '../place.ts';
import { searchApi } from '../search/search-api.ts';
import type { NamePlace } from '../viewer/names.ts';

/** Goes to where a name is defined; `onMany` when there is a choice, or when that is where one is. */
export function useDefinition(
  id: string,
  path: string,
  onMany: (place: NamePlace) => void,
): (place: NamePlace) => void {
  return (place) => {
    searchApi.references(id, { ...place, path, limit: 1 }).then(({ definitions }) => {
      const [only, ...others] = definitions;
      if (only === undefined) return notify(`No definition of ${place.name} is in the index.`);
      const isHere = only.path === path && only.line === place.line;
      if (others.length > 0 || isHere) return onMany(place);
      showFile({ path: only.path, line: only.line, endLine: only.end_line });
    }, notifyError);
  };
}
