/** What the lesson on rotary positions and interleaving says, with every number computed. */
import { number } from '$lib/views/words';
import type { LayerConfig } from '$lib/protocol/config';
import type { Honesty, LessonWords, StepWords } from '../words';

/** What the words count. */
export interface Numbers {
	/** Positions until each pair of the toy has turned once. */
	turns: readonly number[];
	/** Numbers in a query or key of the toy. */
	headWidth: number;
	layers: readonly Pick<LayerConfig, 'positions'>[];
}

/** The words of the lesson. */
export function wordsOf(numbers: Numbers): LessonWords {
	return {
		id: 'irope',
		title: 'Three layers that turn, one that does not',
		question:
			'Attention compares pairs of tokens. Where in that comparison is the order of the words?',
		summary:
			'Rotary positions pair by pair, what a layer without positions still knows of order, what QK-norm bounds, and why Llama 4 mixes the layers.',
		steps: [turn(numbers), distance(), order(), norm(numbers), build(numbers)],
		honesty: HONESTY
	};
}

function turn({ turns, headWidth }: Numbers): StepWords {
	const [first = 0, last = 0] = [turns[0], turns.at(-1)];
	return {
		id: 'turn',
		title: 'A position is a turn',
		text: [
			`In a [[RoPE layer]] the position of a [[token]] is not added to anything. Its query and its key are *turned*. Each vector of ${headWidth} numbers is cut into ${turns.length} pairs, and each pair is an arrow on a dial.`,
			`The dials run at different speeds. The first turns once in ${first.toFixed(1)} positions, the last once in ${number(last, 2)}.`
		],
		act: 'Move the query to another position. Which dial answers most, and which hardly moves?',
		picture: `${turns.length} dials. Each holds two arrows, of the query and of the key, turned by their positions. Under each stands what the pair adds to the score.`
	};
}

function distance(): StepWords {
	return {
		id: 'distance',
		title: 'Only the distance counts',
		text: [
			'The [[scores|score]] of a query and a key is the sum of what the dials add, divided by the root of their length. Two arrows turned by as much keep the angle between them.',
			'So the model never sees that a token is the ninth. It sees how far apart two tokens are.'
		],
		captions: [
			'The query and the key, each at its own position.',
			'Both five positions further on. Every arrow has turned; every product is what it was.'
		],
		act: 'Predict what happens to the score when both move on by five. Then press →.',
		picture:
			'The same dials with their score. In the second picture both positions are five higher: all arrows have turned, and the score is the same.'
	};
}

function order({ layers = [] }: Partial<Numbers> = {}): StepWords {
	const share = layers.length === 0 ? '' : ` There is one among the ${layers.length} of this toy.`;
	return {
		id: 'order',
		title: 'A layer without positions',
		text: [
			`A [[NoPE layer]] turns nothing.${share} The last token gives a score to each token before it, and the score does not depend on where that token stands.`,
			'Yet the layer is not blind to order. The mask hides what comes later, so tokens at different places see different crowds. And what it compares was written by layers that turn.'
		],
		captions: [
			'The scores of the last token in a RoPE layer and in a NoPE layer.',
			'The first two tokens before it inside its chunk have changed places. In the RoPE layer their scores change. In the NoPE layer each token keeps its own.'
		],
		act: 'Two tokens are about to change places. Predict in which layer their scores change, then press →.',
		picture:
			'Two lists of scores, one of a RoPE layer and one of a NoPE layer. In the second picture two tokens have changed places: their scores differ in the RoPE layer and go along with the tokens in the NoPE layer.'
	};
}

function norm({ headWidth }: Numbers): StepWords {
	const bound = Math.sqrt(headWidth);
	return {
		id: 'norm',
		title: 'QK-norm keeps scores in bounds',
		text: [
			`[[QK-norm]] gives every query and key of a RoPE layer the same length, √${headWidth} here. Their product cannot pass ${headWidth}, so a score cannot pass ${bound.toFixed(2)}, however large the weights grow.`,
			`Scout has it; with heads of 128 numbers its scores stay within ${Math.sqrt(128).toFixed(1)}. Maverick has none, and no model has it in its NoPE layers.`
		],
		act: 'Make the queries ten times as large. Which scores run away, and which stay?',
		picture:
			'The scores of the last token twice: without QK-norm they grow with the queries; with QK-norm they stay between two dashed lines.'
	};
}

function build({ layers }: Numbers): StepWords {
	const turning = layers.filter(({ positions }) => positions === 'rope').length;
	return {
		id: 'build',
		title: 'Why three of four',
		text: [
			'Chunked RoPE layers are cheap and know distances, but stay behind their walls. Global NoPE layers reach everything, measure no distance, and cost a pair for every token before.',
			`Llama 4 repeats ${turning} of the first kind and ${layers.length - turning} of the second.`
		],
		act: 'Start from chunked layers alone. Build a model that passes all three tests, by clicking chips and moving them.',
		picture:
			'A ladder of layers over the tokens, with a chip for each layer. Under it three tests: reach, distance and cost, each passed or not.'
	};
}

const HONESTY: readonly Honesty[] = [
	{
		kind: 'exact',
		text: 'Turns, scores and QK-norm are computed from recorded queries and keys of the trained toy by the rules that are checked against the reference code.',
		source:
			'apply_rotary_emb and Attention.forward, models/llama4/model.py, meta-llama/llama-models'
	},
	{
		kind: 'simplified',
		text: 'Changing two tokens’ places keeps their vectors and moves only their positions. In a whole model the layers before would answer, too.',
		source: ''
	},
	{
		kind: 'ours',
		text: 'The three tests of the last step are ours. Meta has not published how the pattern was chosen.',
		source: ''
	}
];
