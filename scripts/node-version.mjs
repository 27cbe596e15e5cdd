// Written in the JavaScript of 2015, so that an old Node reads it and gives the sentence below, not a syntax error.

/**
 * What is wrong with a version of Node, or null where it will do: package.json's `engines` in words.
 *
 * @param {string} version such as `v20.19.0`
 * @returns {string | null} one sentence
 */
export function nodeProblem(version) {
	const parts = version.replace(/^v/, '').split('.').map(Number);
	const major = parts[0] || 0;
	const minor = parts[1] || 0;
	const fits = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
	if (fits) return null;
	return (
		'Llamascope needs Node 20.19, 22.12 or newer; this is Node ' + version.replace(/^v/, '') + '.'
	);
}
