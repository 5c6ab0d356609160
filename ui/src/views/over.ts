// What opens over any screen, in one piece of code.

export { default as Palette } from '../search/Palette.svelte';
export { default as Keys } from './Keys.svelte';
