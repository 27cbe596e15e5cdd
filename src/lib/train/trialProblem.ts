/** A trial that cannot go on; the message is one sentence. */
export class TrialProblem extends Error {
	override name = 'TrialProblem';
}
