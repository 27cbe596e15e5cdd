// `npm run verify`: see verify-all.mjs. This file is in the old syntax of node-version.mjs.
import { nodeProblem } from './node-version.mjs';

const problem = nodeProblem(process.version);
if (problem) {
	console.error(problem);
	process.exit(1);
}
void import('./verify-all.mjs').then(({ verifyAll }) => verifyAll());
