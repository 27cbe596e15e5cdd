/** What the lesson on rotary positions and interleaving says, with every number computed. */
import { SCOUT } from '$lib/llama4/cards';
import type { LayerConfig } from '$lib/protocol/config';
import { fixed } from '$lib/views/words';
import type { Honesty, LessonWords, StepWords } from '../words';
import type { ArmNumbers, Range } from './numbers';

/** What the words count. */
export interface Numbers {
	/** Positions until each pair of the toy has turned once. */
	turns: readonly number[];
	/** Numbers in a query or key of the toy. */
	headWidth: number;
	layers: readonly Pick<LayerConfig, 'positions'>[];
	/** What the arms of the proof came to, recorded. */
	arms: Readonly<Record<string, ArmNumbers>>;
	/** Recorded seeds. */
	seeds: number;
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
		steps: [
			turn(numbers),
			distance(),
			order(numbers),
			crowd(numbers),
			norm(numbers),
			learn(numbers),
			build(numbers)
		],
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
			`The dials run at different speeds. The first turns once in ${first.toFixed(1)} positions, the last once in ${Math.round(last).toLocaleString('en')}. Fast dials tell neighbours apart; slow ones tell near from far.`
		],
		captions: [
			'The arrows of one query and one key, each turned by its own position.',
			'The same query at every position: a row per pair.'
		],
		act: 'Predict how far the last dial turns while the first turns once. Then press →, move the query, and watch which dial answers.',
		picture: `${turns.length} dials. Each holds two arrows, of the query and of the key, turned by their positions. Under each stands what the pair adds to the score. In the second picture a row per pair shows the query at 16 positions: the arrow of the first row spins, that of the last stands still.`
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
			'The query and the key, each at its own position, and the score at every distance.',
			'Both further on. Every arrow has turned; every product is what it was, and the dot on the curve stays.'
		],
		act: 'Predict what happens to the score when both move on by five. Press →, and pull both as far as you like. Then move the query alone: where is the score highest?',
		picture:
			'The same dials with their score, and under them the score as a curve over the distance. In the second picture both positions are higher: all arrows have turned, the score is the same, and the dot on the curve has not moved.'
	};
}

function order({ layers }: Numbers): StepWords {
	const nope = layers.filter(({ positions }) => positions === 'nope').length;
	return {
		id: 'order',
		title: 'A layer without positions',
		text: [
			`A [[NoPE layer]] turns nothing. There ${nope === 1 ? 'is one' : `are ${nope}`} among the ${layers.length} of this [[toy]]. The last token gives a score to each token before it, and the score does not depend on where that token stands.`
		],
		captions: [
			'The scores of the last token in a RoPE layer and in a NoPE layer.',
			'The first two tokens of its chunk have changed places. In the RoPE layer their scores change. In the NoPE layer each token keeps its own.'
		],
		act: 'Two tokens are about to change places. Predict in which layer their scores change, then press →.',
		picture:
			'Two lists of scores, one of a RoPE layer and one of a NoPE layer. In the second picture two tokens have changed places: their scores differ in the RoPE layer and go along with the tokens in the NoPE layer.'
	};
}

function crowd({ layers }: Numbers): StepWords {
	return {
		id: 'crowd',
		title: 'What the mask tells',
		text: [
			'Yet layers without positions are not blind to order. The [[mask]] hides what comes later, so tokens at different places see different crowds.',
			'Here two tokens change places, and each takes its vector along. Filled cells are vectors that are other ones afterwards.'
		],
		captions: [
			'Who notices is still covered.',
			'One NoPE layer. Only the two that moved have another crowd. Everyone behind them sees the same tokens and adds them up.',
			'Two NoPE layers. The second reads the two whose crowds differ, and so does every later token: order has come out of the mask alone.',
			'Three chunked layers that turn, one NoPE layer on top. Inside the chunk all later tokens notice at once; the top layer carries it across the wall.',
			`The trained toy with its ${layers.length} layers, computed in this page: the sentence as it is, and with the two in swapped places.`
		],
		act: 'Predict whose vectors change in a single NoPE layer. Then press → through the four pictures, and swap other tokens: which pair leaves the last token untouched?',
		picture:
			'The sixteen tokens of the toy’s sentence. Above them a row of cells per layer: filled where the vector of a token changes when two tokens change places, empty where it does not. One NoPE layer: the two that moved. Two: all later tokens. Three chunked layers and one NoPE: the chunk, then all later tokens.'
	};
}

function norm({ headWidth }: Numbers): StepWords {
	const bound = Math.sqrt(headWidth);
	const scout = SCOUT.text.value.headWidth;
	return {
		id: 'norm',
		title: 'QK-norm keeps scores in bounds',
		text: [
			`[[QK-norm]] gives every query and key of a RoPE layer the same length, √${headWidth} here. Their product cannot pass ${headWidth}, so a score cannot pass ${bound.toFixed(2)}, however large the weights grow.`,
			`Scout has it; with heads of ${scout} numbers its scores stay within ${Math.sqrt(scout).toFixed(1)}. Maverick has none, and no model has it in its NoPE layers.`
		],
		act: 'Predict the largest score behind QK-norm when queries are ten times as large. Then pull the size to 10. Point at a token to see its score in full.',
		picture:
			'The scores of the last token twice: without QK-norm they grow with the queries; with QK-norm they stay between two dashed lines. Under each list one score is written out as lengths and the cosine between them.'
	};
}

const rangeWords = ([low, high]: Range) =>
	low === high ? `${fixed(low, 1)} %` : `${fixed(low, 1)} to ${fixed(high, 1)} %`;

function learn({ arms, seeds }: Numbers): StepWords {
	const first = (arm: string) => rangeWords(arms[arm]?.first ?? [NaN, NaN]);
	const middle = (arm: string) => rangeWords(arms[arm]?.middle ?? [NaN, NaN]);
	return {
		id: 'learn',
		title: 'Does it matter for learning?',
		text: [
			'A task that asks for order twice. Two colours lie behind the wall: *which came first?* Three syllables stand in the last chunk: *which was in the middle?*',
			'Rows of layers learn it side by side, from the same seed and on the same batches. The ripple shows what a row *can* tell of the two colours. The run shows what it learns.'
		],
		captions: [
			'A text of the task. Which row notices when red and blue change places?',
			'What each row learned: a dot per seed.'
		],
		act: 'Look at the ripple of each row, predict how often the one with its open layer at the bottom is right, and run it.',
		picture: `A text of the task, and who notices when its two colours change places: for chunked layers nobody behind the wall, for an open layer at the bottom nobody either, for one on top every token. Recorded over ${seeds} seeds, right about which came first: chunked alone ${first('chunked')}, open layer at the bottom ${first('nopeFirst')}, on top ${first('scout')}, four NoPE layers ${first('nope')}. Right about the middle: four NoPE layers ${middle('nope')}, three that turn and one NoPE ${middle('scout')}.`
	};
}

function build({ layers }: Numbers): StepWords {
	const turning = layers.filter(({ positions }) => positions === 'rope').length;
	return {
		id: 'build',
		title: 'Why three of four',
		text: [
			'Chunked RoPE layers are cheap and know distances, but stay behind their walls. Global NoPE layers reach everything, measure no distance, and cost a pair for every token before.',
			`Llama 4 repeats ${turning} of the first kind and ${layers.length - turning} of the second, the open one last. Meta has not said how that number was found; here are four tests that it passes.`
		],
		act: 'Predict where the open layer must stand. Then build a row that passes all four tests: click chips to change them, drag them by their grips, or take a grip with Space and move it with the arrows.',
		picture:
			'Four tests, each passed or not: reach, order nearby, order behind the wall, cost. Under them a ladder of layers over the tokens with a chip for each layer, the cells of those who notice order, and bars of what the row costs at the size of Scout.'
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
		kind: 'exact',
		text: 'Which layers turn: all but every fourth. NoPE layers have no QK-norm. Scout slows its slow dials further, Maverick does not.',
		source:
			'TransformerBlock.__init__ and apply_scaling, models/llama4/model.py, meta-llama/llama-models'
	},
	{
		kind: 'simplified',
		text: 'In the step on scores, changing two tokens’ places keeps their vectors and moves only their positions. In a whole model the layers before answer, too: the next step shows it.',
		source: 'ropeScores and nopeScores in scene.svelte.ts of this lesson'
	},
	{
		kind: 'simplified',
		text: 'Who notices order is computed with random weights and attention alone: it says what a row of layers can tell, not how much of it training makes use of.',
		source: 'orderRipple, src/lib/math/ripple.ts'
	},
	{
		kind: 'ours',
		text: 'The task that asks for order, its training, and its rows of layers. The run is short: four NoPE layers were still learning when it ended, and open layers that turn pass every test at this length.',
		source: 'orderSensitivity, src/lib/experiments/orderSensitivity.ts; docs/claims.md'
	},
	{
		kind: 'ours',
		text: 'The four tests of the last step. Meta has not published how the pattern was chosen.',
		source: 'trialsOf in trials.ts of this lesson'
	}
];
