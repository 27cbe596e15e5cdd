import { expertLetter, fixed, percent, quoted } from '$lib/views/words';
import type { Honesty, LessonWords, StepWords } from '../words';
import type { RouterNumbers, Span, Spans } from './numbers';

/** The words of the lesson, with the numbers of the recorded runs in them. */
export function wordsOf(numbers: RouterNumbers): LessonWords {
	return {
		id: 'router',
		title: 'Sorting office',
		question:
			'Each token is handed to one small network of many. Who decides which one, and would anybody notice if nobody decided?',
		summary:
			'How Llama 4 sends each token to one expert and past a shared one, step by step on a small model that learns in the page.',
		steps: [
			twice(numbers),
			moves(numbers),
			dial(numbers),
			knock(numbers),
			lost(numbers),
			twin(numbers),
			balance(numbers),
			plan(numbers)
		],
		honesty: honesty(numbers)
	};
}

/** A span over the seeds, `0.24 to 0.40`. */
const span = ({ least, most }: Span) => `${two(least)} to ${two(most)}`;
/** The span of a measure of an arm. */
const ofArm = (spans: Spans, arm: string, measure: string) =>
	span(spans[arm]?.[measure] ?? { least: NaN, most: NaN });
/** A span in whole percents, `48 to 55 %`; a single number where both ends are written alike. */
function wholes({ least, most }: Span): string {
	const [from, to] = [fixed(least, 0), fixed(most, 0)];
	return from === to ? `${to} %` : `${from} to ${to} %`;
}
const two = (value: number) => fixed(value, 2);
const billions = (weights: number) => `${Math.round(weights / 1e9)} billion`;

function twice({ experts, twice: [word], tokens, recorded }: RouterNumbers): StepWords {
	return {
		id: 'twice',
		title: 'One word, twice',
		text: [
			`A [[layer]] of Llama 4 with experts works like a sorting office. Each [[token]] is a letter. Each [[routed expert]] is a clerk at a counter of its own, and the [[router]] decides which counter a letter goes to. One more clerk, the [[shared expert]], reads every letter.`,
			`Here are the ${tokens.length} tokens of one sentence and the ${experts} experts in layer ${recorded.layer + 1} of a small trained model. The word ${quoted(word.text)} stands in it twice.`
		],
		act: `Predict: do both ${quoted(word.text)} go to the same expert? Commit, then step on.`,
		picture: `The ${tokens.length} tokens of the sentence in a row. Below them a wide lane for the shared expert and ${experts} narrow ones, still empty.`
	};
}

function moves(numbers: RouterNumbers): StepWords {
	const { experts, hero, tokens, recorded } = numbers;
	return {
		id: 'moves',
		title: 'Six moves',
		text: [
			`The formula over the picture holds the whole layer. Each of its symbols belongs to a part of the picture, and the numbers below fill it in for one token, here ${quoted(hero.text)}.`
		],
		captions: moveCaptions(numbers),
		act: 'Press → for each move and say what changed. Point at a symbol, and its part of the picture lights up. Then point at another token, and follow it through all six.',
		picture: `A table of scores, ${experts} experts by ${tokens.length} tokens; a dial per token; the lanes through which each token goes. Layer ${recorded.layer + 1} of the toy. Move by move it fills from scores to answers.`
	};
}

function moveCaptions(numbers: RouterNumbers): string[] {
	const { hero, dimmest, twice: [first, second], experts, reached, cells } = numbers; // prettier-ignore
	const letter = expertLetter(hero.expert);
	return [
		`*Scores fill.* The router holds one column of weights per expert. Its product with the token is the score sₖ, a [[logits|logit]]: ${two(hero.logit)} for ${quoted(hero.text)} and ${letter}.`,
		`*The winner is boxed.* The highest of the ${experts} scores wins, all others fall to −∞. The first ${quoted(first.text)} goes to ${expertLetter(first.expert)}, the second to ${expertLetter(second.expert)}: attention has mixed the neighbours in before the router looks. An expert is no topic and no dictionary.`,
		`*A dial turns.* The [[gate]] is the sigmoid of the winning score alone: ${two(hero.gate)} here. Gates need not sum to 1. ${quoted(dimmest.text)} has a single expert and a gate of ${two(dimmest.gate)}.`,
		`*The token shrinks.* It is multiplied by the gate *before* it enters the lane: ${quoted(hero.text)} from length ${two(hero.length)} to ${two(hero.shrunk)}.`,
		`*Both answers add.* The shared expert has read the whole token. No router scores it and no gate dims it: it is not expert number 0. Here it answers with length ${two(hero.shared)}, ${letter} with ${two(hero.routed)}.`,
		`*Training pulls back.* An arrow shows how the [[loss]] answers to a push on a score. Only boxed cells feel anything, ${reached} of ${cells}: a loser never learns that it might have been better. The last token predicts nothing, so nothing pulls on it.`
	];
}

function dial({ bent, experts, halves, sided, seeds }: RouterNumbers): StepWords {
	const letter = expertLetter(bent.expert);
	const loss = (arm: string) => ofArm(sided, arm, 'loss');
	const left = (arm: string) => wholes(sided[arm]?.half ?? { least: NaN, most: NaN });
	return {
		id: 'dial',
		title: 'Where the dial stands',
		text: [
			`Most mixtures of experts scale what an expert *answers*. Llama 4 scales what it *reads*. That would be the same if an expert were a plain matrix. It is not: it multiplies two copies of its input with each other.`
		],
		captions: [
			`${quoted(bent.text)} at position ${bent.token} goes to ${letter} with a gate of ${two(bent.gate)}. A gate on the answer would leave ${percent(bent.gate)} of its length: the dashed line.`,
			`The answer of ${letter} has ${percent(bent.answer)} of the length it would have for the undimmed token. Its answer falls faster than the dial, about as the square of the gate, which is ${two(bent.gate ** 2)}. Each of the ${experts} experts bends a little differently; none lies on the line.`,
			`Now turn the dial by hand. At one half the experts of this layer keep ${percent(halves.least)} to ${percent(halves.most)} of their answers to these tokens. In fresh models, over ${seeds} seeds, ${left('input')} stays on the mean; with the gate on the answer ${left('output')}, as it must. What that is worth for learning we did not set out to show: the loss at the facts ends at ${loss('input')} and ${loss('output')}.`
		],
		act: `Predict how long the answer of ${letter} is, compared with its answer to the whole token. Step on, then turn the dial yourself.`,
		picture: `A point for each token, in the colour of its expert: the gate to the right, upwards the length of the answer as a share of the answer to the whole token. A line follows one token from a gate of 0 to 1, and a dial turned by hand shows what it leaves.`
	};
}

function knock({ loss, heldOut, recorded }: RouterNumbers): StepWords {
	const letter = expertLetter(loss.expert);
	const visitors = loss.visitors.map(quoted).join(', ');
	const { worst } = loss;
	return {
		id: 'knock',
		title: 'Send a clerk home',
		text: [
			`A heat map of who goes where proves nothing. The test is to take an expert away and see who suffers.`
		],
		captions: [
			`${letter} reads ${visitors}. What if it answered zero?`,
			`Without ${letter} the [[loss]] at ${quoted(worst.text)} goes from ${two(worst.before)} to ${two(worst.after)} nats; no other token of the sentence moves by more than ${two(loss.others)}. Visitors whose next word is easy anyway do not need their clerk. Over ${recorded.sequences} fresh sequences the loss is ${two(heldOut.whole)}; without ${expertLetter(heldOut.dearest)}, the dearest expert, ${two(heldOut.noDearest)}; without the shared one ${two(heldOut.noShared)}.`
		],
		act: `Predict who suffers without ${letter}, and step on. Then silence the others one by one, the shared one last.`,
		picture: `Under each token a bar for the loss there, and beside it the loss with one part silent. Below, the lanes; the silent one is dashed.`
	};
}

function lost({ knocked, seeds }: RouterNumbers): StepWords {
	const of = (arm: string, measure: string) =>
		wholes(knocked[arm]?.[measure] ?? { least: NaN, most: NaN });
	return {
		id: 'lost',
		title: 'What a clerk takes home',
		text: [
			'One sentence proves little. So a fresh model of one layer with eight experts learns facts that follow from nothing: the colours of 1,600 creatures, each named by two syllables. Then its experts are silenced one after the other, and we count the colours that it knew and now gets wrong.'
		],
		captions: [
			'What goes with a silent expert, what goes of the facts that other experts handle, and what goes without the shared one?',
			`Over ${seeds} seeds a silent expert takes ${of('learned', 'ownLost')} of the known facts that were routed to it, and ${of('learned', 'othersLost')} of the others. The rest of its own facts the shared expert knows too: without that one ${of('learned', 'sharedLost')} of all facts go. A router that never learned divides the work just as cleanly: ${of('frozen', 'ownLost')} and ${of('frozen', 'othersLost')}.`
		],
		act: 'Predict how much a silent expert takes along. Then run it here, or step on to the recorded seeds.',
		picture:
			'Three pairs of bars, with a dot per seed: facts lost of those routed to the silent expert, facts lost of all others, and facts lost without the shared expert; each with a router that learned and with one that stayed as drawn.'
	};
}

function twin({ learned, seeds }: RouterNumbers): StepWords {
	const loss = (arm: string) => ofArm(learned, arm, 'loss');
	const told = (arm: string) => ofArm(learned, arm, 'information');
	return {
		id: 'twin',
		title: 'A router that never learns',
		text: [
			'Two fresh models learn the colours of the 1,600 creatures from the same seed and the same batches. In one the router learns. In its twin the router stays as it was drawn, at random, for ever; only the experts learn. Beside them learn two models with one dense part in place of experts: one of the same work per token, one of as many weights.'
		],
		captions: [
			'Below runs a recorded pair; let another one learn in this page. Each column is a token, each row a later look: a change of colour is a token that was sent elsewhere.',
			`After 300 steps, over ${seeds} seeds, the [[loss]] at the facts is ${loss('learned')} with the learned router and ${loss('frozen')} with the frozen one. The expert tells ${told('learned')} nats about its token, and ${told('frozen')} under the frozen router: a neat table proves nothing. We had expected the learned router ahead, and gave that up. What the experts bring is memory: a dense part of the same work ends at ${loss('active')}, one with as many weights at ${loss('total')}.`
		],
		act: 'Predict which of the two ends with the lower loss. Then let them learn side by side.',
		picture:
			'Two pictures side by side, learned and frozen: which share of the tokens each expert gets over training, and where each token of one text went at each look. Then the loss at the facts of all four models over training.'
	};
}

function balance({ balanced }: RouterNumbers): StepWords {
	const busiest = (arm: string) => ofArm(balanced, arm, 'imbalance');
	const loss = (arm: string) => ofArm(balanced, arm, 'loss');
	return {
		id: 'balance',
		title: 'Busy counters, idle counters',
		text: [
			'Nothing in the loss asks the counters to be equally busy. A common cure is a second loss that pushes scores away from busy experts. No released Llama 4 code has one, and how Meta kept its experts busy is not public. This one is *ours*, after Switch Transformers.'
		],
		captions: [
			'At the left there is no such loss, at the right it has a weight of 0.02. The wider a band, the busier its expert.',
			`The [[imbalance]] tells by how many times the busiest expert passes its fair share: ${busiest('without')} times without the balance loss, and ${busiest('with')} times with it. The loss at the facts is ${loss('without')} without, ${loss('with')} with it.`
		],
		act: 'Predict what the balance loss does to the loss at the facts. Then run both.',
		picture:
			'Two pictures side by side, without the balance loss and with it: which share of the tokens each expert gets over training, and where each token of one text went. Then the loss at the facts of both.'
	};
}

function plan({ scout, maverick }: RouterNumbers): StepWords {
	return {
		id: 'plan',
		title: 'Scout and Maverick',
		text: [
			`Scout has ${scout.experts} experts in each of its ${scout.layers} layers: each is a [[MoE layer]]. Maverick has ${maverick.experts}, but only in every second layer, ${maverick.moeLayers} of ${maverick.layers}; the first one is a [[dense layer]]. In both, a token goes to one routed expert and to the shared one.`
		],
		captions: [
			`Together the experts make ${billions(scout.total)} weights in Scout and ${billions(maverick.total)} in Maverick. How many of them does one token meet?`,
			`Almost the same number in both: ${billions(scout.active)}, ${percent(scout.active / scout.total)} of Scout and ${percent(maverick.active / maverick.total)} of Maverick. The rest waits for other tokens: memory, not work.`
		],
		act: 'Predict which share of Maverick’s weights one token uses. Then step on.',
		picture: `A chip for each of the ${scout.layers} layers of Scout and of Maverick: dotted where there are experts, plain where the layer is dense, amber below where it is a NoPE layer. Under each a bar of all weights, and in it those that one token uses.`
	};
}

function honesty({ recorded, maverick }: RouterNumbers): Honesty[] {
	return [
		{
			kind: 'exact',
			text: 'Scores without bias, the highest one wins, others −∞, gate by sigmoid, gate on the input, shared expert undimmed and added.',
			source:
				'MoE.forward, models/llama4/moe.py, meta-llama/llama-models; Llama4TextMoe.forward, huggingface/transformers.'
		},
		{
			kind: 'exact',
			text: `Which layers have experts: in Scout all, in Maverick layers 1, 3, … ${maverick.layers - 1}, counted from 0.`,
			source: 'Llama4TextConfig, huggingface/transformers; llama4_17bx128e, pytorch/torchtune.'
		},
		{
			kind: 'simplified',
			text: 'Meta’s published forward cuts the gradient off before the experts (`routed_in.detach()`), so that as written no gradient would reach the router. It is code for inference. We let it through, as Hugging Face does.',
			source: 'MoE.forward, models/llama4/moe.py; Llama4TextMoe.forward, huggingface/transformers.'
		},
		{
			kind: 'ours',
			text: `The model, its size, its language and its training: ${recorded.toy}, ${recorded.steps} steps, seed ${recorded.seed}. Meta published neither recipe nor data.`,
			source: ''
		},
		{
			kind: 'ours',
			text: 'The balance loss. It is the one of Switch Transformers; no released Llama 4 code has any.',
			source: 'Fedus, Zoph, Shazeer 2021, arXiv:2101.03961.'
		},
		{
			kind: 'ours',
			text: `Gate on the output, gate by softmax, more than one expert per token: switches for comparison, not Llama 4. ${percent(maverick.active / maverick.total)} in the last step is counted from the published shape.`,
			source: ''
		}
	];
}
