import { PREFERENCES_KEY } from '#app/_client/preferences-key.ts';

/** Runs in the head before the first paint, so that no light page flashes in the dark. Its hash is in the CSP. */
export const THEME_SCRIPT = `try{var p=JSON.parse(localStorage.getItem('${PREFERENCES_KEY}')||'{}')}catch(e){p={}}
var d=p.theme==='dark'||p.theme!=='light'&&matchMedia('(prefers-color-scheme: dark)').matches,r=document.documentElement;
r.dataset.theme=d?'dark':'light';if(typeof p.accent==='number')r.style.setProperty('--hue',p.accent)`;
