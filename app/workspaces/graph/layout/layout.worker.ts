import { type Layable, placeNodes } from './layout.ts';

// A graph of some hundred nodes takes longer than a frame has.
addEventListener('message', (event: MessageEvent<Layable>) => {
  postMessage(placeNodes(event.data));
});
