/**
 * What the lesson on chunked attention says, with every number counted or measured.
 */
import { fixed, number } from '$lib/views/words';
import type { Honesty, LessonWords, StepWords } from '../words';
import { LONG, PAIRS_AT, SEQUENCES, SIX, type Numbers } from './numbers';

const whole = (value: number) => value.toLocaleString('en');

/** The words of the lesson. */
export function wordsOf(numbers: Numbers): LessonWords {
	return {
		id: 'chunked-attention',
		title: 'Which tokens can reach me?',
		question:
			'Three of four layers of Llama 4 cut the text by walls. What can a token still know of what lies behind one?',
		summary:
			'Chunked attention layer by layer: what a wall hides, why more chunked layers do not help, and what one open layer costs.',
		steps: [
			wall(numbers),
			kinds(numbers),
			stack(numbers),
			open(numbers),
			decode(numbers),
			cost(numbers),
			needle(numbers),
			draw()
		],
		honesty: HONESTY
	};
}

function wall({ behindWall }: Numbers): StepWords {
	return {
		id: 'wall',
		title: 'A wall between two halves of a word',
		text: [
			`In three of four [[layer|layers]], Llama 4 lets a [[token]] look back only inside its own [[chunk]]. There a chunk holds 8,192 tokens. Here it holds ${SIX.chunk}, so that six tokens make two chunks.`,
			'The wall stands between `ch` and `unked`, two halves of one word.'
		],
		captions: [
			'Six tokens, two chunks. Who sees whom is still covered.',
			`The row of \`unked\`: of the ${behindWall.upTo} tokens up to its place it sees ${behindWall.sees}, itself.`,
			'All rows. Inside a chunk, each token sees one more than the token before it. Behind a wall the count starts again at 1.'
		],
		act: 'Predict how many tokens `unked` sees, itself included. Then press → to uncover its row, and once more for all rows.',
		picture:
			'The six tokens What, is, ch, unked, attention and ?, with a wall in the middle. Under them a square: a row for each token that looks, a column for each token that may be seen.'
	};
}

function kinds({ pairs }: Numbers): StepWords {
	return {
		id: 'kinds',
		title: 'Staircase, band, triangle',
		text: [
			'A chunk is not a [[sliding window]]. A window moves along with the token and never has a wall. A chunk stands still, and the token moves through it.',
			'Many models slide. Llama 4 does not: its RoPE layers are chunked, its NoPE layers see everything.'
		],
		captions: [
			`*Chunked*, the staircase: ${pairs.chunked} pairs for six tokens and a length of ${SIX.chunk}. This is what a [[RoPE layer]] of Llama 4 does.`,
			`*Sliding*, the band: ${pairs.sliding} pairs for six tokens and a length of ${SIX.chunk}. Every token sees the last few, whatever stands between. Not Llama 4.`,
			`*Global*, the triangle: ${pairs.global} pairs for six tokens. This is what a [[NoPE layer]] of Llama 4 does.`
		],
		act: 'Find a pair that the band allows and the staircase hides. Then drag the wall: at which length do all three rules agree?',
		picture:
			'The same six tokens and the same square under three rules. Chunked: two small triangles, one per chunk. Sliding: a band along the diagonal. Global: one large triangle.'
	};
}

function stack({ reach, spread }: Numbers): StepWords {
	const { size, layers, many, chunk } = LONG;
	const down = spread.map((count, depth) =>
		depth === 0
			? `The light stands at the output of the last token.`
			: `Layer ${layers - depth + 1} has spread it to ${count} positions.`
	);
	return {
		id: 'stack',
		title: 'A light on its way down',
		text: [
			'Layers are stacked: what a token has read in one layer, others may read from it in the next. So a light that starts at an output and goes *down* through the layers shows which inputs can have had a say in it.',
			`With sliding windows the view widens on the way: ${layers} layers with a window of ${chunk} reach ${reach.sliding} of ${size} tokens. Here the layers are chunked, by ${chunk} as well.`
		],
		captions: [
			...down,
			`The same with ${many} chunked layers: ${reach.manyChunked} positions. The light stays inside its chunk all the way down; the first token of a chunk is reached by ${reach.firstOfChunk} input, its own.`
		],
		act: `Predict how many of the ${size} inputs reach the last token through ${many} chunked layers. Then send the light down with →, click other outputs, and find the one that stays alone.`,
		picture: `A ladder: the ${size} tokens at the top as outputs, at the bottom as inputs, ${layers} chunked layers between. A light goes down from one output, layer by layer.`
	};
}

function open({ loss, reach }: Numbers): StepWords {
	return {
		id: 'open',
		title: 'One open layer',
		text: [
			'Every fourth layer of Llama 4 is a [[NoPE layer]]: no rotary positions and no walls. Light that enters it comes out at every earlier token.',
			'No positions does not mean no order. Its [[mask]] still hides the future, and the RoPE layers below have already marked who stands where in a chunk.',
			`Under the ladder stands the trained [[toy]] itself: its mean [[loss]] at each position, over ${SEQUENCES} sequences that it has never seen.`
		],
		captions: [
			`The toy with its own layers: ${fixed(loss.open, 2)} nats on average.`,
			`With walls in all four layers: ${fixed(loss.shut, 2)} nats on average. The loss stands at ${loss.behindWalls.map((value) => fixed(value, 1)).join(', ')} right behind the walls, and at ${loss.beforeWalls.map((value) => fixed(value, 1)).join(', ')} right before them: the teeth of a saw.`
		],
		act: 'Predict where the loss rises when layer 4 gets walls as well. Then click its chip, or press →. Drag the chips into another order: the reach stays, the loss does not, for this toy was trained with its open layer last.',
		picture: `The ladder of the toy: three chunked layers and one open layer on top. The light of the last token comes to all inputs (${reach.mixed} of ${LONG.size} on the long row). Under it, a bar of loss per position.`
	};
}

function decode({ decode: steps }: Numbers): StepWords {
	const kept = SIX.chunk - 1;
	return {
		id: 'decode',
		title: 'Writing on: what is kept',
		text: [
			'A model that writes keeps the keys and values of earlier tokens, so as not to compute them again: its [[cache]]. An open layer keeps them all.',
			`A chunked layer never needs more than a chunk. The reference code keeps the last ${kept}, one less than the chunk of ${SIX.chunk}, for each token brings its own.`
		],
		captions: steps.map(decodeCaption),
		act: 'Write token by token with →. Stop where the chunked layers hold keys in vain, and say why.',
		picture:
			'The caches of four layers under the six tokens. Kept and seen: filled. Kept but behind the wall: hatched. Dropped: crossed out.'
	};
}

function decodeCaption(
	{ text, held, seen, open: all }: Numbers['decode'][number],
	position: number
): string {
	const start = `Position ${position}, \`${text.trim()}\``;
	if (position === 0) return `${start}: nothing is held yet, and nothing is missed.`;
	const sees = seen === 0 ? 'none of them' : `${seen}`;
	return `${start}: a chunked layer holds ${held} older ${held === 1 ? 'key' : 'keys'} and sees ${sees}; the open layer sees all ${all}.`;
}

function cost({ scout }: Numbers): StepWords {
	return {
		id: 'cost',
		title: 'What the walls save',
		text: [
			'Two bills grow with the context. *Pairs*: the products of query and key that one pass computes. *Cache*: what must be kept to write on. Walls bound both, in three layers of four.',
			`The formulas of the toy hold for Scout: ${scout.layers} layers, ${scout.chunked} of them chunked by ${whole(scout.chunk)}. Over ${whole(PAIRS_AT)} tokens its mix computes ${fixed(scout.pairsShare, 2)} of the pairs that open layers alone would.`
		],
		captions: [
			'How much of the cache do the walls save?',
			`For Scout at ${whole(scout.context)} tokens: ${number(scout.gib)} GiB in place of ${whole(Math.round(scout.fullGib))}, ${fixed(scout.ratio, 2)} times less. A context of 10 million tokens does not mean that every layer sees 10 million: ${scout.layers - scout.chunked} of ${scout.layers} do. These open layers make up nearly all of the cache, so the saving can never pass 4.`
		],
		act: 'Predict how many times smaller Scout’s cache is at 10 million tokens than with open layers only. Then point along the tokens, pull the context out, flip between toy and Scout, and press →.',
		picture:
			'The 64 tokens of a row with walls between them, and a row of cells per layer: filled where the chosen token sees a key, hatched where a key is kept in vain. Under them bars of pairs and of cache: of that token in a layer of each kind, and of the whole context beside what open layers alone would take.'
	};
}

function needle({ needle: measured }: Numbers): StepWords {
	const range = ([low, high]: readonly [number, number]) =>
		low === high ? `${fixed(low, 1)} %` : `${fixed(low, 1)} to ${fixed(high, 1)} %`;
	return {
		id: 'needle',
		title: 'A needle behind the wall',
		text: [
			`Does it matter for learning? A small model reads 32 tokens in chunks of 8. One of eight colours lies in the first chunk and is asked for at the end of every later one.`,
			'Models with different layers train side by side, from the same seed and on the same batches. Only who sees whom differs.'
		],
		captions: [
			'What will each model have learned?',
			`Recorded over ${measured.seeds} seeds: right answers ${range(measured.chunked)} with chunked layers only, ${range(measured.open)} with one open layer. Who guesses among eight colours is right ${fixed(100 / 8, 1)} % of the time.`
		],
		act: 'Predict the share of right answers with chunked layers only. Then run the training, or press → for recorded runs.',
		picture: `A haystack of 32 tokens with a colour in the first chunk. The light of an answer goes down through the layers.`
	};
}

function draw(): StepWords {
	return {
		id: 'draw',
		title: 'Draw your own mask',
		text: [
			'The trained toy reads a few lines about Ada and has to say her name again. The name stands behind a wall. Layers 1 to 3 cannot see it from the end; layer 4 carries it across.',
			'Here the mask of a layer is yours. The toy runs with it, weights unchanged, and the bars show what it now expects.'
		],
		act: 'Hide as few pairs as you can so that the toy no longer says “Ada”. Draw with the pointer, or walk with the arrow keys and press Enter. Then submit.',
		picture:
			'The sixteen tokens “Hello, I am Ada. How are you? I am happy, thanks,”, the mask of layer 4 to draw in, the loss of each token before and after, and the next token that the toy expects.'
	};
}

const HONESTY: readonly Honesty[] = [
	{
		kind: 'exact',
		text: 'Who sees whom: a key is visible where it is not later and lies in the same chunk; in NoPE layers wherever it is not later.',
		source:
			'create_chunked_attention_mask, meta-llama/llama-models, models/llama4/model.py; chunked_overlay, huggingface/transformers, masking_utils.py'
	},
	{
		kind: 'exact',
		text: 'Every fourth layer is open: layer numbers 4, 8, … of 48.',
		source: 'TransformerBlock.__init__, meta-llama/llama-models, models/llama4/model.py'
	},
	{
		kind: 'exact',
		text: 'The cache keeps one key less than a chunk. Meta’s own decode keeps every key in every layer and builds no mask for a single token: there a chunked layer looks across the wall while it writes.',
		source:
			'DynamicSlidingWindowLayer, huggingface/transformers, cache_utils.py; Transformer.forward, meta-llama/llama-models, models/llama4/model.py'
	},
	{
		kind: 'exact',
		text: 'Scout’s pairs and cache are sums by formula from its published shape, keys and values in bfloat16.',
		source: 'Llama4TextConfig, huggingface/transformers; convert_llama4_weights_to_hf.py'
	},
	{
		kind: 'simplified',
		text: 'Reach says what *can* have an effect, not how much it has. What a layer really takes is told by its attention weights.',
		source: 'the ladder counts a token as reached however little of it arrives'
	},
	{
		kind: 'ours',
		text: 'Sliding windows, global RoPE layers and drawn masks are here for comparison. No Llama 4 has them.',
		source: ''
	},
	{
		kind: 'ours',
		text: 'The toys, their tasks and their training. Shutting a layer of a trained toy is a knock-out: a model that is trained without it may do better; for the needle it is trained.',
		source: ''
	}
];
