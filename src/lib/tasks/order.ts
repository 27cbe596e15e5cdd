import { stateMachine } from './generator';
import { generatorTask } from './generatorTask';

/** Length of a block: two colours lie in the first, every later one asks twice. */
const BLOCK = 8;
const HAY = ' hay';
const COLOURS = [' red', ' blue', ' green', ' gold', ' pink', ' grey', ' black', ' white'];
const SYLLABLES = [' ba', ' di', ' lu', ' me'];
/** Token 0 is hay, then come the colours, the syllables and the two questions. */
const VOCABULARY = [HAY, ...COLOURS, ...SYLLABLES, ' middle', ' first'];
const [FIRST_SYLLABLE, MIDDLE] = [1 + COLOURS.length, 1 + COLOURS.length + SYLLABLES.length];
const FIRST = MIDDLE + 1;
/** Places in a later block: three syllables, then a question and an answer, hay, a question and an answer. */
const [MIDDLE_ASKED, MIDDLE_ANSWER, FIRST_ASKED, FIRST_ANSWER] = [3, 4, 6, 7];

/** Where a sequence stands. Colours and syllables are tokens, 0 before they were seen. */
interface State {
	first: number;
	second: number;
	/** 0 … 7 in the first block, 8 … 15 in any later one. */
	place: number;
	/** The middle syllable of the present block while it is still to be asked for. */
	middle: number;
}

type Moves = { probability: number; token: number; next: State }[];

function movesOf(state: State): Moves {
	const place = state.place === 2 * BLOCK - 1 ? BLOCK : state.place + 1;
	const go = (token: number, probability = 1, changes: Partial<State> = {}) => ({
		...{ probability, token },
		next: { ...state, place, ...changes }
	});
	if (state.place < BLOCK) return hayMoves(state, go);
	const at = state.place - BLOCK;
	if (at < MIDDLE_ASKED) {
		return SYLLABLES.map((_, i) =>
			go(FIRST_SYLLABLE + i, 1 / SYLLABLES.length, at === 1 ? { middle: FIRST_SYLLABLE + i } : {})
		);
	}
	if (at === MIDDLE_ASKED) return [go(MIDDLE)];
	if (at === MIDDLE_ANSWER) return [go(state.middle, 1, { middle: 0 })];
	if (at === FIRST_ASKED) return [go(FIRST)];
	return [go(at === FIRST_ANSWER ? state.first : 0)];
}

/** The first block: two different colours at two places, every pair of places equally likely. */
function hayMoves(
	{ first, second, place }: State,
	go: (token: number, probability?: number, changes?: Partial<State>) => Moves[number]
): Moves {
	const missing = first === 0 ? 2 : second === 0 ? 1 : 0;
	const here = missing / (BLOCK - place);
	const free = COLOURS.map((_, i) => i + 1).filter((token) => token !== first);
	const found = free.map((token) =>
		go(token, here / free.length, first === 0 ? { first: token } : { second: token })
	);
	return [...(here > 0 ? found : []), ...(here < 1 ? [go(0, 1 - here)] : [])];
}

/** Positions at which the colour that came first is the answer, blocks before: from 1. */
export function firstAnswers(length: number): number[] {
	return answers(length, FIRST_ANSWER);
}

/** Positions at which the middle one of three syllables is the answer, a few tokens before: from 1. */
export function middleAnswers(length: number): number[] {
	return answers(length, MIDDLE_ANSWER);
}

function answers(length: number, place: number): number[] {
	const positions: number[] = [];
	for (let t = BLOCK + place; t < length; t += BLOCK) positions.push(t);
	return positions;
}

/** Two colours among hay, asked for by their order; syllables asked for by their place. */
export const order = generatorTask({
	id: 'order',
	title: 'Order',
	about:
		'Two colours lie in a haystack: which came first? Three syllables: which stood in the middle?',
	vocabulary: VOCABULARY,
	domains: [],
	examples: [
		{
			title: 'Which came first',
			text: ' hay red hay hay blue hay hay hay ba di lu middle di hay first'
		},
		{
			title: 'Which stood in the middle',
			text: ' hay hay gold hay pink hay hay hay me lu ba middle'
		}
	],
	generator: stateMachine(
		VOCABULARY.length,
		[{ probability: 1, state: { first: 0, second: 0, place: 0, middle: 0 }, domain: null }],
		movesOf
	)
});
