import type { Handle } from '@sveltejs/kit';

/** The typeface is fetched with the page's first files, so that the text does not jump when it comes. */
export const handle: Handle = ({ event, resolve }) =>
	resolve(event, { preload: ({ type }) => ['js', 'css', 'font'].includes(type) });
