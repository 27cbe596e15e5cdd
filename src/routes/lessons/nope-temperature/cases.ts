/** A few keys that one query looks at, with scores of our own. */
export interface Case {
	title: string;
	keys: readonly { name: string; score: number; isNeedle: boolean }[];
	/** Whether the answer that follows is shown, too. */
	hasAnswer: boolean;
}

const key = (name: string, score: number, isNeedle = false) => ({ name, score, isNeedle });

/** What sharpness cannot do, in the order of the step's moments. */
export const CASES: readonly [Case, Case, Case] = [
	{
		title: 'A wrong key on top',
		keys: [key('right', 3, true), key('wrong', 3.5), key('straw', 0), key('straw', 0)],
		hasAnswer: false
	},
	{
		title: 'Two right keys',
		keys: [key('right', 4, true), key('also right', 3.8, true), key('straw', 0), key('straw', 0)],
		hasAnswer: false
	},
	{
		title: 'Two temperatures',
		keys: [key('red', 2, true), key('blue', 1), key('green', 0), key('gold', 0)],
		hasAnswer: true
	}
];
