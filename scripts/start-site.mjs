/** The work of `npm start`, once Node is known to be new enough. Nothing may be installed yet. */
import { basePath } from './base-path.mjs';
import { ensureInstalled } from './install.mjs';
import { isTaken, readPort } from './port.mjs';

/**
 * Ends with one sentence.
 *
 * @param {string} sentence
 * @returns {never}
 */
function refuse(sentence) {
	console.error(sentence);
	process.exit(1);
}

/** Installs, builds, serves, prints the address, and closes on SIGINT or SIGTERM. */
export async function startSite() {
	const port = readPort(process.env.PORT);
	if (port === null)
		refuse(`PORT must be a whole number from 0 to 65535, not "${process.env.PORT}".`);
	const taken = `Port ${port} is taken: stop what runs there, or choose another with PORT=8080 npm start.`;
	if (await isTaken(port)) refuse(taken);

	if (!ensureInstalled())
		refuse('The dependencies could not be installed; see npm’s message above.');
	const { serve } = await import('./server.mjs');
	const { ensureBuilt, site } = await import('./build.mjs');
	if (!(await ensureBuilt({ always: false }))) refuse('The site could not be built; see above.');
	try {
		const { url, close } = await serve({ folder: site, port, base: basePath });
		console.log(`Llamascope is at ${url}`);
		for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void close());
	} catch (error) {
		if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EADDRINUSE') refuse(taken);
		throw error;
	}
}
