import type { TestProject } from 'vitest/node';
import { basePath } from '../../scripts/base-path.mjs';
import { ensureBuilt, site } from '../../scripts/build.mjs';
import { serve } from '../../scripts/server.mjs';

declare module 'vitest' {
	interface ProvidedContext {
		/** Address of the home page of the built site. */
		site: string;
	}
}

/** Builds the site where it is stale and serves it for all tests of pages, as `npm start` would. */
export default async function serveSite(project: TestProject): Promise<() => Promise<void>> {
	if (!(await ensureBuilt({ always: false }))) throw new Error('the site could not be built');
	const { url, close } = await serve({ folder: site, port: 0, base: basePath });
	project.provide('site', url);
	return close;
}
