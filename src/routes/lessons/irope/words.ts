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
			'The dials run at different speeds, the first one fastest. Fast dials tell neighbours apart; slow ones tell near from far.'
		],
		captions: [
			'The arrows of one query and one key, each turned by its own position.',
			`The same query at every position: a row per pair. The first dial turns once in ${first.toFixed(1)} positions, the last once in ${Math.round(last).toLocaleString('en')}.`
		],
		act: 'Predict how far the last dial turns while the first turns once. Then press →, move the query, and watch which dial answers.',
		picture: `${turns.length} dials. Each holds two arrows, of the query and of the key, turned by their positions. Under each stands what the pair adds to the score. In the second picture a row per pair shows the query at 16 positions.`
	};
}

function distance(): StepWords {
	return {
		id: 'distance',
		title: 'Two arrows, one score',
		text: [
			'The [[scores|score]] of a query and a key is the sum of what the dials add, divided by the root of their length. Each dial adds the product of its two arrows: it is largest where they point the same way.'
		],
		captions: [
			'The query and the key, each at its own position, and their score.',
			'Both further on. Every arrow has turned, but two arrows turned by as much keep the angle between them: every product is what it was. So the model never sees that a token is the ninth. It sees how far apart two tokens are, and the curve below has the score at every distance.'
		],
		act: 'Predict what happens to the score when both move on by five. Press →, and pull both as far as you like. Then move the query alone: where is the score highest?',
		picture:
			'The same dials, and the score that they add up to. In the second picture both positions are higher, and under the dials stands a curve of the score with a dot for the two.'
	};
}

function order({ layers }: Numbers): StepWords {
	const nope = layers.filter(({ positions }) => positions === 'nope').length;
	return {
		id: 'order',
		title: 'A layer without positions',
		text: [
			`A [[NoPE layer]] turns nothing. There ${nope === 1 ? 'is one' : `are ${nope}`} among the ${layers.length} of this [[toy]]. In both kinds of [[layer]] the last token gives a [[scores|score]] to each token that it sees.`
		],
		captions: [
			'The scores of the last token in a RoPE layer and in a NoPE layer.',
			'The first two tokens of its [[chunk]] have changed places. In the RoPE layer their scores change. In the NoPE layer each token keeps its own: a score there does not depend on where the token stands.'
		],
		act: 'Two tokens are about to change places. Predict in which layer their scores change, then press →.',
		picture:
			'Two lists of scores, one of a RoPE layer and one of a NoPE layer. In the second picture two tokens have changed places in both.'
	};
}

function crowd({ layers }: Numbers): StepWords {
	return {
		id: 'crowd',
		title: 'Who notices?',
		text: [
			'A [[mask]] hides what comes later from every token. All that a token takes from a layer without positions is the crowd that it sees.',
			'Here two tokens change places, and each takes its vector of the [[residual stream]] along. Filled cells are vectors that are other ones afterwards.'
		],
		captions: [
			'Who notices is still covered.',
			'One NoPE layer, and it is not blind to order: tokens at different places see different crowds. Only the two that moved have another crowd. Everyone behind them sees the same tokens and adds them up.',
			'Two NoPE layers. The second reads the two whose crowds differ, and so does every later token: order has come out of the mask alone.',
			'Three chunked layers that turn, one NoPE layer on top. Inside the chunk all later tokens notice at once; the top layer carries it across the wall.',
			`The trained toy with its ${layers.length} layers, computed in this page: the sentence as it is, and with the two in swapped places.`
		],
		act: 'Predict whose vectors change in a single NoPE layer. Then press → through the four pictures, and swap other tokens: which pair leaves the last token untouched?',
		picture:
			'The sixteen tokens of the toy’s sentence. Above them a row of cells per layer: filled where the vector of a token changes when two tokens change places, empty where it does not.'
	};
}

function norm({ headWidth }: Numbers): StepWords {
	const bound = Math.sqrt(headWidth);
	const scout = SCOUT.text.value.headWidth;
	return {
		id: 'norm',
		title: 'Queries that grow',
		text: [
			`Training may make queries and keys longer and longer, and their [[scores|score]] with them. [[QK-norm]] sets the length of every [[query head]] and key of a RoPE layer, after the turn.`,
			'Scout has it. Maverick has none, and no model has it in its NoPE layers.'
		],
		captions: [
			'The scores as they are. The size of the queries is yours.',
			`Behind QK-norm every query and key has the length √${headWidth}. Their product cannot pass ${headWidth}, so a score cannot pass ${bound.toFixed(2)}, however large the weights grow. With Scout’s heads of ${scout} numbers scores stay within ${Math.sqrt(scout).toFixed(1)}.`
		],
		act: 'Predict the largest score behind QK-norm when queries are ten times as large. Then pull the size to 10. Point at a token to see its score in full.',
		picture:
			'The scores of the last token twice, without QK-norm and with it. Under each list one score is written out as lengths and the cosine between them.'
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
			`What each row learned: a dot per seed. Over ${seeds} recorded seeds, right about which came first: chunked alone ${first('chunked')}, open layer at the bottom ${first('nopeFirst')}, on top ${first('scout')}, four NoPE layers ${first('nope')}. Right about the middle: four NoPE layers ${middle('nope')}, three that turn and one NoPE ${middle('scout')}.`
		],
		act: 'Look at the ripple of each row, predict how often the one with its open layer at the bottom is right, and run it.',
		picture:
			'A text of the task, and a row of cells per layer: filled where a token notices that the two colours change places. Under it, once it may be told, a dot per seed for each row of layers: the share of right answers.'
	};
}

function build({ layers }: Numbers): StepWords {
	const turning = layers.filter(({ positions }) => positions === 'rope').length;
	return {
		id: 'build',
		title: 'Why three of four',
		text: [
			'Chunked RoPE layers are cheap and know distances, but stay behind their walls. Global NoPE layers reach everything, measure no distance, and cost a pair for every token before.',
			`Llama 4 repeats ${turning} of the first kind and ${layers.length - turning} of the second. Meta has not said how that number was found; here are four tests of ours.`
		],
		captions: [
			'The row is yours.',
			'Llama 4 has its open layer on top of three that turn, and passes all four tests so. At the bottom it would stand where no layer has marked the places yet.'
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
