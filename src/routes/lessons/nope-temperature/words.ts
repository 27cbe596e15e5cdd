import { attentionScale } from '$lib/math/attention';
import { firstLoss, hayByLayer, needleWeight } from '$lib/math/haystack';
import { softmax } from '$lib/math/softmax';
import { longContext } from '$lib/experiments/longContext';
import type { Recorded } from '$lib/experiments/recorded';
import { SCOUT } from '$lib/llama4/cards';
import { fixed, percent } from '$lib/views/words';
import type { Honesty, LessonWords, StepWords } from '../words';
import { CASES } from './cases';
import { finalOf, spreadOf } from './long';
import { CONTEXTS, DRAWN, LLAMA4, LONGEST, scaleAtEnd, START, STRONG, WIDE_GAP } from './state';

const count = (value: number) => value.toLocaleString('en');
const share = (gap: number, hay: number, settings: typeof LLAMA4 | null = null) =>
	percent(needleWeight({ gap, hay }, settings));
const toy = { attnScale: START.attnScale, floorScale: START.floorScale };
const chunk = SCOUT.text.value.chunk;
const first = toy.floorScale - 1;

const hay: StepWords = {
	id: 'hay',
	title: 'The same needle, more hay',
	text: [
		`A query scores every key that it sees. One key is the *needle*: its [[scores|score]] is higher than that of each straw by a *gap* of ${START.gap}. A [[softmax]] turns the scores into shares of attention that sum to 1; how evenly they are spread is their [[entropy]].`,
		`A [[NoPE layer]] sees all earlier tokens, so each new [[token]] is one more straw. A straw weighs little, but straws add up. Among ${START.hay} straws the needle has ${share(START.gap, START.hay)} of the attention.`
	],
	act: `Predict what is left of it among ${DRAWN} straws. Then drag n and see the needle sink.`,
	picture: `A bar per key: one tall bar for the needle, low ones for the straws. Below, the needle’s share as one bar and the entropy of the attention as a meter. `
};

const curves: StepWords = {
	id: 'curves',
	title: 'Two curves decide',
	text: [
		'Take the logarithm and the contest becomes simple. The needle pulls with its gap, the hay with ln n, the logarithm of the number of straws. The needle has more than half of the attention exactly where *gap* lies above *ln n*.',
		`A gap is a flat line; ln n never stops rising. A gap of ${START.gap} is beaten by ${firstLoss(START.gap, null, LONGEST) ?? 0} straws. One more in the gap pays for ${fixed(Math.E, 2)} times the hay, no more.`
	],
	act: `Drag n to where the curves meet and read the needle’s share there. Then raise the gap until the needle wins among ${DRAWN} straws.`,
	picture:
		'Two curves over the number of straws on a logarithmic axis: the gap, flat, and ln n, a rising straight line. Where the gap is above, the area is tinted.'
};

const stairs: StepWords = {
	id: 'stairs',
	title: 'A staircase under the positions',
	text: [
		'Llama 4 makes the query of a [[NoPE layer]] longer by a factor, its [[attention scale]], that depends on its position p alone: `s = 1 + attn_scale · ln(1 + floor((p + 1) / floor_scale))`. Every score of the query grows by that factor, and so does every gap.',
		'The floor makes it a staircase: it rounds down. Positions count from 0.',
		'It is often called temperature tuning, but it works the other way round: larger is sharper.'
	],
	captions: [
		`The staircase with an attn_scale of ${toy.attnScale} and a floor_scale of ${toy.floorScale}.`,
		`The first ${first} positions have a factor of exactly 1; the first step is at position ${first}, to ${fixed(attentionScale(first, toy), 3)}.`,
		`Llama 4 takes attn_scale ${LLAMA4.attnScale} and floor_scale ${count(LLAMA4.floorScale)}. At the end of a context of ${CONTEXTS.map((context) => `${count(context)} tokens s is ${fixed(scaleAtEnd(context), 3)}`).join(', of ')}.`
	],
	act: 'Predict the first position whose query is longer than before. Then drag p across it, change both settings, and press →.',
	picture:
		'The scale s over the position of the query on a logarithmic axis: a flat part at 1, then steps that become denser and lower on the way up. Below it the query as an arrow, longer by s.'
};

const lift: StepWords = {
	id: 'lift',
	title: 'Switch it on',
	text: [
		'With the scale, the first curve climbs its stairs: gap · s against ln n. The needle is lifted wherever a step has been climbed, and only there.',
		`Far out, gap · s rises by gap · attn_scale while ln n rises by 1. From 1 upwards the needle keeps up; below, the scale only puts the defeat off. Here the product is ${START.gap} · ${START.attnScale} = ${fixed(START.gap * START.attnScale, 1)}; with a gap of ${WIDE_GAP} it is ${fixed(WIDE_GAP * LLAMA4.attnScale, 0)}. A gentle staircase, no full log n.`,
		`With a gap of ${WIDE_GAP} and Llama 4’s numbers, the needle among ${count(LONGEST)} straws has ${share(WIDE_GAP, LONGEST)} without the scale and ${share(WIDE_GAP, LONGEST, LLAMA4)} with it.`
	],
	act: `Switch the scale on among ${DRAWN} straws and find the smallest attn_scale that gives the needle half of the attention. Then jump to Llama 4’s longest context.`,
	picture:
		'The two curves again, the gap now times the staircase, which stands below on the same axis. Below, needle bar, entropy and the query as an arrow that the scale makes longer.'
};

const rule: StepWords = {
	id: 'rule',
	title: 'Add or multiply?',
	text: [
		'Llama 4 multiplies: a scaled query makes each of its scores s times as large. Would it not do to *add* something to every score?',
		`Here is the NoPE layer of our [[toy]], and the engine in this page computes it again for you. The growth is set to ${STRONG}, far above Llama 4’s ${LLAMA4.attnScale}, so that a short text shows it.`
	],
	captions: [
		'The weights without any scale.',
		'A softmax sees differences only. Add the same number to every score of a query and all differences stay: nothing changes. Multiply, and every difference grows.'
	],
	act: 'Predict what adding does to the largest weight. Then press each of the three, and →.',
	picture:
		'The last token of a short text looks at the tokens before it: score and weight of each key as bars, with ticks for the weights without scale.'
};

/** The share of a needle in a chunked layer, at the last position of a context. */
const inChunk = (context: number, isEverywhere: boolean) =>
	hayByLayer(SCOUT.text.value, context - 1, WIDE_GAP, isEverywhere)[0]?.weight ?? NaN;

const layers: StepWords = {
	id: 'layers',
	title: 'Which layers need it?',
	text: [
		`A [[RoPE layer]] sees its own [[chunk]]: never more than ${count(chunk)} keys in Llama 4, however long the text. A [[NoPE layer]] sees all keys up to its own.`,
		'Would you put the scale into all [[layer|layers]], or into some of them?'
	],
	captions: [
		'The first layers of Scout under one query.',
		`The scale is on NoPE layers alone: in a chunked layer the hay stops growing, so there is nothing to make up for. The floor fits: floor_scale is ${count(LLAMA4.floorScale)}, as long as a chunk. A text that fits in one chunk is scaled at its very last position at most.`,
		`In a chunked layer the scale would only make the place matter. A full chunk is ${count(chunk)} keys wherever it lies, and a needle with a gap of ${WIDE_GAP} has ${percent(inChunk(chunk, false))} of the attention. With the scale in all layers it would have ${percent(inChunk(chunk, true))} at the end of the first chunk and ${fixed(100 * inChunk(LONGEST, true), 2)} % at the end of the last: equal hay, read in another way.`
	],
	act: 'Predict which layers have the scale. Then drag the position, watch which bars go on growing, press →, and try the scale in all layers.',
	picture:
		'A row per layer: three chunked layers, one NoPE layer, again and again. In each a bar for the keys that the query sees; beside it the scale there, and the share of a needle.'
};

/** The trained layer, told with the recorded runs. */
function trained({ seeds }: Recorded): StepWords {
	const span = (name: string, factor = 1, digits = 2) =>
		[...new Set(spreadOf(seeds, name).map((value) => fixed(factor * value, digits)))].join(' to ');
	const numbers = finalOf(seeds[0]) ?? {};
	const score = (what: string) => fixed(numbers[`row.512.${what}`] ?? NaN, 2);
	const several = `Over ${seeds.length} recorded seeds`;
	return {
		id: 'trained',
		title: 'A trained layer, far beyond its training',
		text: [
			`Now a real layer. A model with one NoPE layer learns to find a colour among hay, in texts of ${String(longContext.settings.length)} tokens, without any scale. Then it is asked in texts of up to 512. The weights stay; only the scale is switched on, with a floor_scale of 32.`
		],
		act: 'Predict the weight of the needle without scale at 512 tokens. Then train the layer here and compare; with → come one question, the averages, and two needles at once.',
		captions: [
			'Commit first; the recorded runs come with the next key.',
			`One question, keys and scores as they are: at 512 tokens the needle scores ${score('needle')} and every straw ${score('hayLow')}, for hay is one word and this layer knows no positions. So the picture of equal straws is what training has found. A dot above ln n: on average the needle had more than half. Where dots lie below their curve, some colours have a smaller gap than others.`,
			`${several} the needle has ${span('weight.31.off')} of the attention at 31 tokens. At 512 it has ${span('weight.512.off')} without scale, ${span('weight.512.tenth')} with a growth of 0.1 and ${span('weight.512.half')} with 0.5. Entropy falls from ${span('entropy.512.off')} to ${span('entropy.512.tenth')} and ${span('entropy.512.half')} nats. Right answers: ${span('accuracy.512.off', 100, 0)} %, ${span('accuracy.512.tenth', 100, 0)} % and ${span('accuracy.512.half', 100, 0)} %.`,
			'Another question of the same layer: two colours lie in the hay, and both are right. Does a larger scale treat them alike?',
			`Too large a scale has its price. ${several}, at 512 tokens the heavier one has ${span('share.512.off')} of what both have without scale, ${span('share.512.tenth')} with 0.1 and ${span('share.512.half')} with 0.5: the layer takes sides.`
		],
		picture:
			'First the keys of one question as bars, and two curves with measured dots. Then three charts over the length of the text: weight of the needle, right answers, entropy; each with a line without scale, one with a growth of 0.1 and one with 0.5. Last, the share of the larger of two right needles.'
	};
}

const [wrong, two, both] = CASES;
const strongest = (scores: readonly number[], times: number) =>
	percent(Math.max(...softmax(scores.map((score) => score * times))));
const scoresOf = ({ keys }: (typeof CASES)[number]) => keys.map(({ score }) => score);

const limits: StepWords = {
	id: 'limits',
	title: 'What sharpness is good for',
	text: [
		'Here the scale s is in your hand, and the scores of a few keys are ours.',
		'It is not the temperature that you set when a model writes. That one divides the [[logits|output logits]], once per token, when the next word is drawn. The query scale works inside NoPE layers, at every query, and grows with the position by itself.'
	],
	act: 'Raise s in each picture. In the last one, move both and say which of them can still change what the model has read.',
	picture:
		'A few keys with scores of our own, and their weights as bars: first a wrong key and a right one, then two right keys close together, then an answer that is drawn from what attention gathered.',
	captions: [
		'A wrong key scores 3.5, the right one 3. Would a larger s help the right one?',
		`A factor stretches differences; it never turns one round. It adds no information, and it knows nothing of right and wrong. The larger s, the more the *wrong* key gets: ${strongest(scoresOf(wrong), 1)} at s = 1, ${strongest(scoresOf(wrong), 4)} at s = 4.`,
		`Two right keys, 4 and 3.8. At s = 1 the first has ${strongest(scoresOf(two), 1)}; at s = 8 it has ${strongest(scoresOf(two), 8)} and the other is all but lost. Too large a scale forces a choice. (Two scores that are exactly equal stay equal.)`,
		`Above, attention; below, the answer drawn from it. Sharpen the attention and the answer follows. Change the sampling temperature and the attention stays: at s = 1 red has ${strongest(scoresOf(both), 1)}, whatever is drawn.`
	]
};

const honesty: readonly Honesty[] = [
	{
		kind: 'exact',
		text: 'The scale, its floor and where it multiplies: queries of NoPE layers, nothing else.',
		source: 'Attention.forward, models/llama4/model.py, meta-llama/llama-models'
	},
	{
		kind: 'exact',
		text: `attn_scale ${LLAMA4.attnScale}, floor_scale ${count(LLAMA4.floorScale)}, chunks of ${count(chunk)}.`,
		source: 'Llama4TextConfig, huggingface/transformers'
	},
	{
		kind: 'simplified',
		text: 'Equal straws and one head. In a trained layer straws differ; the toy shows that.',
		source: ''
	},
	{
		kind: 'ours',
		text: `The gaps. Nobody has published those of Llama 4; ${WIDE_GAP} is chosen so that the end of the longest context shows what the scale can do.`,
		source: ''
	},
	{
		kind: 'simplified',
		text: 'The idea that scores should grow with ln n comes from Scalable-Softmax; the formula with floor and 1 + … is Meta’s own.',
		source: 'Nakanishi 2025, arXiv:2501.19399'
	}
];

/** What the lesson says; every number in it is computed, or was measured in the recorded runs. */
export function wordsOf(long: Recorded): LessonWords {
	return {
		id: 'nope-temperature',
		title: 'Needle in a growing haystack',
		question: `A layer can find one word among thirty. Can it still find it among ten million?`,
		summary:
			'Why attention thins out as the context grows, and what the query scale on the NoPE layers of Llama 4 does about it: two curves, a staircase and a trained layer.',
		steps: [hay, curves, stairs, lift, rule, layers, trained(long), limits],
		honesty
	};
}
