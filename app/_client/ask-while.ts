/**
 * For `refetchInterval`: asks again every so many milliseconds while work is under way. Its last event may be missed, or come
 * before the answer to the request that began it and be covered by it.
 */
export function askWhile<Data>(isUnderWay: (data: Data) => boolean, everyMs: number) {
  return ({ state: { data } }: { state: { data: Data | undefined } }): number | false =>
    data !== undefined && isUnderWay(data) ? everyMs : false;
}
