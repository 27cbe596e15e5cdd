import adapter from '@sveltejs/adapter-static';

/** The site may live under a path, such as /llamascope: `BASE_PATH=/llamascope npm run build`. */
const base = process.env.BASE_PATH ?? '';

/** @type {import('@sveltejs/kit').Config} */
export default {
	kit: {
		adapter: adapter(),
		paths: { base, relative: true }
	}
};
