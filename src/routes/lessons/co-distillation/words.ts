/* Long because it holds all that the lesson says, one step after the other. */
import { fixed } from '$lib/views/words';
import type { LessonWords, StepWords } from '../words';
import type { LessonNumbers } from './numbers';

const RULES: Readonly<Record<string, string>> = {
	rise: 'rising',
	fall: 'falling',
	confidence: 'by teacher confidence',
	gap: 'by teacher–student gap'
};

const BLOG = 'Meta, “The Llama 4 herd” (2025-04-05)';

/** Everything the lesson says. */
export function wordsOf(numbers: LessonNumbers): LessonWords {
	return {
		id: 'co-distillation',
		title: 'Two pulls',
		question: 'What does a student learn from a teacher that is still learning itself?',
		summary:
			'Co-distillation from plain numbers: hard and soft targets, a weight between them that may change, and what a teacher’s forward passes cost.',
		steps: [columns, pulls, run, passes, proof(numbers), weight, open(numbers)],
		honesty: [
			{
				kind: 'exact',
				text: 'What Meta says: Maverick was codistilled from Behemoth, with “a novel distillation loss function that dynamically weights the soft and hard targets through training”; codistillation during pre-training spreads the cost of the teacher’s forward passes.',
				source: BLOG
			},
			{
				kind: 'ours',
				text: 'Meta published no formula, schedule or temperature. The loss here is the classic one, with the factor τ²; every rule for the weight is our example.',
				source: 'Hinton, Vinyals, Dean 2015, arXiv:1503.02531, section 2'
			},
			{
				kind: 'simplified',
				text: 'The language has 16 syllables and a law that we know. A real text has no such law, so nobody can draw the curve of the true distance for it.',
				source: ''
			}
		]
	};
}

const columns: StepWords = {
	id: 'columns',
	title: 'Two that learn at once',
	text: [
		'A toy language of 16 syllables: the last two settle the odds of the next, and we know these odds exactly. A large [[teacher]] and a small [[student]] learn it side by side, from the same text, step by step.',
		'*Distillation does not copy weights.* The two may have different sizes and nothing in common inside. All that passes from one to the other is a distribution: how probable the teacher finds each next token.',
		'The bars show the law, the teacher and the student after the same two syllables, at the same moment of a recorded run.'
	],
	act: 'Move the slider of the run. Which of the two gets near the truth first?',
	picture:
		'Three bars for each of 16 syllables: its true probability, the teacher’s, the student’s. Below, the distance of each from the law over the steps of the run.'
};

const pulls: StepWords = {
	id: 'pulls',
	title: 'Two arrows on one logit',
	text: [
		'The text has one next token: the [[hard target]]. The teacher has an opinion on all of them: the [[soft target]]. Each pulls on the student’s logits.',
		'The hard pull is `onehot − p`, the soft pull `τ · (teacher − p)`. The [[soft weight]] `w` mixes them: `(1 − w) · hard + w · soft`.',
		'Draw another next token: the hard arrows jump, the soft ones stay. Over many draws the hard arrows average to the pull towards the law itself. A good teacher gives that average at once; a bad one pulls somewhere else.'
	],
	act: 'Draw a few next tokens and watch which arrows move. Then change the weight.',
	picture:
		'The bars of the 16 syllables, and beside each the arrows on the student’s logit: hard, soft and their weighted sum.',
	captions: [
		'The hard pull: the next token up by what it lacks to 1, every other one down by its probability.',
		'The soft pull: every token towards the teacher’s bar.',
		'Both, each as long as its weight leaves it, and their sum: that is what the student’s step follows.'
	]
};

const run: StepWords = {
	id: 'run',
	title: 'A run, from the first step to the last',
	text: [
		'Three students share one teacher: one learns from next tokens only, one half and half, one from the teacher only. They start with the same weights and read the same text.',
		'The curve of the *exact* distance (the divergence from the known law, in nats) is the truth that real training never has. The hard loss cannot show it: drawn tokens are noise on top.',
		'“Co” in co-distillation does not mean that the student teaches back. Meta’s use goes one way: from a teacher that is itself training.'
	],
	act: 'Choose a curve, then scrub through the run: the bars follow.',
	picture:
		'The distance of teacher and students from the law, or their losses, over the steps of a recorded run; above them the bars at the chosen step.'
};

const passes: StepWords = {
	id: 'passes',
	title: 'What the teacher’s opinion costs',
	text: [
		'To train, the teacher runs forward over every batch anyway. Those very distributions are the students’ targets: made once, read by all. That pass is *saved*.',
		'A teacher that has finished no longer trains, so each batch needs a pass for the students alone. So does text that only the students read: Meta ran its teacher forward for such data too.',
		'Here all make 900 steps, and the teacher may be ahead.'
	],
	act: 'Predict the passes for a teacher that finished first, then push the head start to 900.',
	picture:
		'Bars for the teacher’s forward passes: those that train it, those among them that teach too, and those made for the students alone.'
};

function proof({ seeds, hard, half, soft, steps, isSoftNearer }: LessonNumbers): StepWords {
	return {
		id: 'proof',
		title: 'Does it help?',
		text: [
			'Three students, 2 sequences in each step; the teacher beside them reads 16. What decides is the exact distance from the law at the end.',
			`We wrote the threshold down before the run: soft targets alone have to end at 0.8 times the distance of next tokens, or nearer, with each of ${seeds} seeds. It ${isSoftNearer ? 'holds' : 'does not hold'}: on the mean ${fixed(hard, 2)} nats with next tokens only, ${fixed(half, 2)} half and half, ${fixed(soft, 2)} with the teacher only, after ${steps} steps.`,
			'But look why: the teacher has read eight times as much, and passes on what the student did not see. *Soft labels are not always better*; the next steps show when they are not.'
		],
		act: 'Say which student ends nearest, then run it here.',
		picture:
			'The distance of three students from the law over the steps, live; below, where five recorded seeds ended.'
	};
}

const weight: StepWords = {
	id: 'weight',
	title: 'Draw the weight',
	text: [
		'Meta’s loss “dynamically weights the soft and hard targets through training”. It published neither formula nor schedule. So draw one: high means listen to the teacher, low means listen to the text.',
		'The teacher here is flawed: a share of its labels is random. Your student runs beside one that hears only next tokens and one with a fixed half.'
	],
	act: 'Draw a curve (pointer, or arrow keys), and run it against the other two.',
	picture:
		'The drawn soft weight over the training, and the distance of the three students from the law.'
};

function open({ seeds, wins, best, hasWinner }: LessonNumbers): StepWords {
	return {
		id: 'open',
		title: 'An open question',
		text: [
			`Is there a rule that changes the weight and beats every constant one? We ran four such rules against three constant weights under a flawed teacher, with ${seeds} seeds.`,
			hasWinner
				? `Here one did, with all seeds: ${RULES[best]}.`
				: `None won with all seeds. The best, ${RULES[best]}, beat all constant weights with ${wins} of ${seeds}. Pick a single seed and some rule looks best: that is why five stand here.`,
			'So this is no claim but an open experiment on toys. Bigger models may answer otherwise, and Meta has not said.'
		],
		act: 'Guess first; then compare the seeds. Would you have believed the first one alone?',
		picture:
			'One small chart per seed: where each rule ended, as its distance from the law; the constant weights are marked.'
	};
}
