// `npm start`: installs and builds what is missing, then serves the site. See also node-version.mjs on the old syntax.
import { nodeProblem } from './node-version.mjs';

const problem = nodeProblem(process.version);
if (problem) {
	console.error(problem);
	process.exit(1);
}
void import('./start-site.mjs').then(({ startSite }) => startSite());
