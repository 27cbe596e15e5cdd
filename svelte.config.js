import adapter from '@sveltejs/adapter-static';
import { basePath } from './scripts/base-path.mjs';

/** @type {import('@sveltejs/kit').Config} */
export default {
	kit: {
		adapter: adapter({ precompress: true }),
		paths: { base: basePath, relative: true },
		typescript: {
			config: ({ include, ...rest }) => ({
				...rest,
				include: [...include, '../*.js', '../vitest.config.ts', '../scripts/**/*', '../bench/**/*']
			})
		}
	}
};
