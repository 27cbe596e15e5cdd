import adapter from '@sveltejs/adapter-static';
import { basePath } from './scripts/base-path.mjs';

/** @type {import('@sveltejs/kit').Config} */
export default {
	kit: {
		adapter: adapter({ precompress: true }),
		paths: { base: basePath, relative: true },
		// The page registers it by itself, once it stands.
		serviceWorker: { register: false },
		typescript: {
			config: (config) => {
				const include = /** @type {string[]} */ (config.include);
				include.push('../*.js', '../vitest.config.ts', '../lint/*', '../scripts/*', '../bench/*');
			}
		}
	}
};
