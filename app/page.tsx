export { default } from './chat/page.tsx';
