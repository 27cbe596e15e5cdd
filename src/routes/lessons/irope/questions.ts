import { orderRipple } from '$lib/math/ripple';
import { shareWords } from '$lib/views/ripple';
import { fixed } from '$lib/views/words';
import type { Scene, TokenScore } from './scene.svelte';
import { placesOf } from './trials';

/** A prediction among a few answers, as `PredictChoice` takes it. */
interface Question {
	name: string;
	question: string;
	options: readonly { id: string; label: string }[];
	/** Null until the figure has shown it. */
	answer: string | null;
	explain: (guess: string, answer: string) => string;
}

const yesOrNo = (guess: string, answer: string) => (guess === answer ? 'Yes' : 'No');

/** How far the slowest dial turns while the fastest turns once. */
export function turnQuestion({ lesson, turns }: Scene): Question {
	const share = (turns[0] ?? NaN) / (turns.at(-1) ?? NaN);
	const times = Math.round(1 / share).toLocaleString('en');
	return {
		name: 'turn',
		question: 'The first dial turns once. How far does the last one turn meanwhile?',
		options: [
			{ id: 'once', label: 'Once, too' },
			{ id: 'tenth', label: 'About a tenth of a turn' },
			{ id: 'hardly', label: 'Less than a thousandth of a turn' }
		],
		answer: lesson.moment === 0 ? null : share < 1e-3 ? 'hardly' : share < 0.5 ? 'tenth' : 'once',
		explain: (guess, answer) =>
			`${yesOrNo(guess, answer)}: the last dial is ${times} times as slow as the first. Look along the rows of the lower picture.`
	};
}

/** What the score does when both move on. */
export function distanceQuestion({ lesson, score, scoreBefore, shift }: Scene): Question {
	const gap = score - scoreBefore;
	const direction = Math.abs(gap) < 1e-6 ? 'same' : gap > 0 ? 'rises' : 'falls';
	return {
		name: 'shift',
		question: 'Query and key both move on by five positions. What does their score do?',
		options: [
			{ id: 'rises', label: 'It rises' },
			{ id: 'same', label: 'It stays the same' },
			{ id: 'falls', label: 'It falls' }
		],
		answer: lesson.moment > 0 && shift > 0 ? direction : null,
		explain: (guess, answer) =>
			`${yesOrNo(guess, answer)}: it was ${fixed(scoreBefore, 3)} and is ${fixed(score, 3)}. Both arrows of a dial turn by the same angle, so the angle between them stays.`
	};
}

/** In which layer scores change when two tokens change places. */
export function swapQuestion(scene: Scene): Question {
	const differs = (before: readonly TokenScore[], after: readonly TokenScore[]) =>
		[0, 1].some((i) => Math.abs((before[i]?.score ?? 0) - (after[1 - i]?.score ?? 0)) > 1e-6);
	const rope = differs(scene.ropeScores(false), scene.ropeScores(true));
	const nope = differs(scene.nopeScores(false), scene.nopeScores(true));
	const changed = rope && nope ? 'both' : rope ? 'rope' : nope ? 'nope' : 'none';
	return {
		name: 'swap',
		question:
			'Two tokens change places. In which layer do the scores change that the last token gives them?',
		options: [
			{ id: 'rope', label: 'In the RoPE layer alone' },
			{ id: 'nope', label: 'In the NoPE layer alone' },
			{ id: 'both', label: 'In both' },
			{ id: 'none', label: 'In neither' }
		],
		answer: scene.lesson.moment > 0 ? changed : null,
		explain: (guess, answer) =>
			`${yesOrNo(guess, answer)}: in the RoPE layer their distances to the last token have changed, so their turns have. The NoPE layer compares vectors that know nothing of places.`
	};
}

/** Whose vectors change in a single NoPE layer. */
export function crowdQuestion(scene: Scene): Question {
	const { swap } = scene.lesson.values;
	const [, after = []] = scene.ripple('g', [swap, swap + 1]);
	const count = after.filter((change) => change > 0).length;
	const isLater = after.slice(swap + 2).some((change) => change > 0);
	return {
		name: 'crowd',
		question:
			'A model of one NoPE layer. Two neighbours change places. Whose vectors are other ones afterwards?',
		options: [
			{ id: 'none', label: 'Nobody’s: the layer knows no places' },
			{ id: 'two', label: 'Those of the two that moved' },
			{ id: 'later', label: 'Those of all later tokens' }
		],
		answer: scene.lesson.moment === 0 ? null : isLater ? 'later' : count === 0 ? 'none' : 'two',
		explain: (guess, answer) =>
			`${yesOrNo(guess, answer)}: ${count} of ${after.length} vectors change. One of the two now sees the other, the other no longer does. Every later token sees both, as before, and adds them up in whatever order.`
	};
}

/** Whether the step on QK-norm has shown what it asks. */
export const isBoundTold = ({ lesson }: Scene): boolean =>
	lesson.moment > 0 || lesson.values.size >= 10;

/** What ten times larger queries do to scores behind QK-norm. */
export function boundQuestion(scene: Scene): Question {
	/** The question is about ten times; the caption tells it whatever the slider says. */
	const size = Math.max(10, scene.lesson.values.size);
	const largest = (times: number, hasNorm: boolean) =>
		Math.max(...scene.sizedScores(times, hasNorm).map(({ score }) => Math.abs(score)));
	const [before, after] = [largest(1, true), largest(size, true)];
	const growth = after / before;
	return {
		name: 'bound',
		question: 'Queries ten times as large: what becomes of the largest score behind QK-norm?',
		options: [
			{ id: 'ten', label: 'Ten times as large' },
			{ id: 'more', label: 'Larger, but not ten times' },
			{ id: 'same', label: 'As large as before' }
		],
		answer: !isBoundTold(scene) ? null : growth > 9 ? 'ten' : growth > 1.01 ? 'more' : 'same',
		explain: (guess, answer) =>
			`${yesOrNo(guess, answer)}: it was ${fixed(before, 2)} and is ${fixed(after, 2)}. Without the norm it went from ${fixed(largest(1, false), 2)} to ${fixed(largest(size, false), 2)}. The norm divides every query by its own size.`
	};
}

/** At which end of the row an open layer brings order across the wall. */
export function placeQuestion({ lesson, data }: Scene): Question {
	const { chunk } = data.config;
	const { far } = placesOf(chunk, data.tokens.length);
	const changeOf = (stack: string) =>
		orderRipple(stack, chunk, data.tokens, far).at(-1)?.at(-1) ?? 0;
	const [bottom, top] = [changeOf('gccc'), changeOf('cccg')];
	const found = bottom > 0 ? (top > 0 ? 'both' : 'bottom') : top > 0 ? 'top' : 'neither';
	return {
		name: 'place',
		question:
			'One open layer among three chunked ones: where must it stand so that order comes across the wall?',
		options: [
			{ id: 'bottom', label: 'At the bottom' },
			{ id: 'top', label: 'On top' },
			{ id: 'both', label: 'Either will do' },
			{ id: 'neither', label: 'Neither will do' }
		],
		answer: lesson.moment > 0 || lesson.values.layers.includes('g') ? found : null,
		explain: (guess, answer) =>
			`${yesOrNo(guess, answer)}: on top the last output changes by ${shareWords(top)} when two tokens behind the wall change places, at the bottom by ${shareWords(bottom)}. At the bottom no layer has marked the places yet.`
	};
}
