/** What each node leads to, by position. */
export type Adjacency = readonly (readonly number[])[];

interface Frame {
  node: number;
  next: number;
}

/**
 * Groups of nodes that all lead to each other: those of more than one, and single ones that lead to themselves.
 * Tarjan's strongly connected components (1972), without recursion: an import chain may be thousands of files long.
 */
export function componentsOf(graph: Adjacency): number[][] {
  const order = new Int32Array(graph.length).fill(-1);
  const low = new Int32Array(graph.length);
  const isOpen = new Uint8Array(graph.length);
  const open: number[] = [];
  const components: number[][] = [];
  let count = 0;

  const enter = (node: number): Frame => {
    order[node] = low[node] = count;
    count += 1;
    isOpen[node] = 1;
    open.push(node);
    return { node, next: 0 };
  };
  const lower = (node: number, to: number | undefined) => {
    low[node] = Math.min(low[node] ?? 0, to ?? 0);
  };
  const close = (node: number) => {
    if (low[node] !== order[node]) return;
    const members = open.splice(open.lastIndexOf(node));
    for (const member of members) isOpen[member] = 0;
    if (members.length > 1 || graph[node]?.includes(node) === true) components.push(members);
  };

  for (let start = 0; start < graph.length; start += 1) {
    if (order[start] !== -1) continue;
    const path = [enter(start)];
    for (let frame = path.at(-1); frame !== undefined; frame = path.at(-1)) {
      const to = graph[frame.node]?.[frame.next];
      frame.next += 1;
      if (to === undefined) {
        path.pop();
        close(frame.node);
        const parent = path.at(-1);
        if (parent !== undefined) lower(parent.node, low[frame.node]);
      } else if (order[to] === -1) path.push(enter(to));
      else if (isOpen[to] === 1) lower(frame.node, order[to]);
    }
  }
  return components;
}

/** Where a search for the shortest way round begins; a component of thousands is not searched from each. */
const STARTS = 64;

/** A shortest way from a node of the component back to it: each leads to the next, the last to the first. */
export function shortestCycle(graph: Adjacency, component: readonly number[]): number[] {
  const members = new Set(component);
  let best: number[] = [];
  for (const start of component.slice(0, STARTS)) {
    const found = cycleFrom(graph, start, members);
    if (best.length === 0 || (found.length > 0 && found.length < best.length)) best = found;
    if (best.length > 0 && best.length <= 2) break;
  }
  return best;
}

function cycleFrom(graph: Adjacency, start: number, members: ReadonlySet<number>): number[] {
  const before = new Map<number, number>();
  const queue = [start];
  for (const node of queue) {
    for (const to of graph[node] ?? []) {
      if (to === start) return wayTo(node, start, before);
      if (!members.has(to) || before.has(to)) continue;
      before.set(to, node);
      queue.push(to);
    }
  }
  return [];
}

function wayTo(end: number, start: number, before: ReadonlyMap<number, number>): number[] {
  const way = [end];
  for (let at = end; at !== start; ) {
    at = before.get(at) ?? start;
    way.unshift(at);
  }
  return way;
}
