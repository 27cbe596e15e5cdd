/** The path under which the site is built to live: `BASE_PATH=/llamascope npm run build`. */

/**
 * Reads a base path, with or without slashes around it.
 *
 * @param {string | undefined} text such as `/llamascope`, `llamascope/` or nothing
 * @returns {'' | `/${string}`} such as `/llamascope`; empty for the root
 */
export function readBasePath(text) {
	const path = (text ?? '').replace(/^\/+|\/+$/g, '');
	return path === '' ? '' : `/${path}`;
}

/** The base path of this process. */
export const basePath = readBasePath(process.env.BASE_PATH);
