// Chat is the first screen; its own address is /chat, where an id can follow.
export { default } from './chat/page.tsx';
