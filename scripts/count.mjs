/** Counts the results of a test run, from the JSON that Vitest writes. */

/**
 * The part of Vitest's JSON report that counts.
 *
 * @typedef {object} Report
 * @property {boolean} success
 * @property {{
 *   name: string,
 *   status: string,
 *   assertionResults: { fullName: string, status: string }[]
 * }[]} testResults one per file
 */

/**
 * Counts tests. One that did not run, whatever the reason, has failed: nothing here is skipped. So has a
 * file that broke before its first test.
 *
 * @param {Report} report
 * @returns {{ passed: number, failed: number, notRun: string[] }} `notRun`: names of the tests that did not run
 */
export function count({ success, testResults }) {
	const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
	const passed = tests.filter(({ status }) => status === 'passed').length;
	const notRun = tests
		.filter(({ status }) => status !== 'passed' && status !== 'failed')
		.map(({ fullName }) => fullName);
	const brokenFiles = testResults.filter(
		({ status, assertionResults }) =>
			status === 'failed' && assertionResults.every((test) => test.status !== 'failed')
	).length;
	const failed = tests.length - passed + brokenFiles;
	// An error outside any test, such as a rejection nobody awaited, fails the run too.
	return { passed, failed: failed === 0 && !success ? 1 : failed, notRun };
}

/**
 * The last line of `npm test`.
 *
 * @param {{ passed: number, failed: number }} counts
 */
export function countLine({ passed, failed }) {
	return `${passed} passed, ${failed} failed`;
}
