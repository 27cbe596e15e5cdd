/* Long because it holds all that the lesson says, one step after the other. */
import { fixed } from '$lib/views/words';
import type { LessonWords, StepWords } from '../words';
import { RULE_NAMES, type LessonNumbers } from './numbers';
import { passCounts } from './passes';
import { COUNTED_STEPS } from './trials';

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
				text: 'What Meta says: Maverick was codistilled from Behemoth, with “a novel distillation loss function that dynamically weights the soft and hard targets through training”; codistillation during pre-training spreads the cost of the teacher’s forward passes for the majority of the training data; for additional data the teacher was run forward again.',
				source: BLOG
			},
			{
				kind: 'ours',
				text: 'Meta published no formula, no schedule and no temperature. The loss here is the classic one, with the factor τ²; every rule for the weight is our example, and on these toys none of them wins reliably.',
				source: 'Hinton, Vinyals, Dean 2015, arXiv:1503.02531, section 2; src/lib/math/distill.ts'
			},
			{
				kind: 'ours',
				text: 'Teacher and students are dense models of one and two layers without experts and walls, so that what they learn from is all that differs.',
				source: 'src/lib/experiments/softTargets.ts, distillPlan'
			},
			{
				kind: 'simplified',
				text: 'The language has 16 syllables and a law that we know. A real text has no such law, so nobody can draw the curve of the true distance for it.',
				source: 'src/lib/tasks/law.ts'
			}
		]
	};
}

const columns: StepWords = {
	id: 'columns',
	title: 'Two that learn at once',
	text: [
		'A made-up language of 16 syllables: the last two settle the odds of the next, and we know these odds, its [[law]]. A large [[teacher]] and a small [[student]] learn it side by side, from the same text, step by step.',
		'The bars show law, teacher and student after the same two syllables, at one moment of a recorded run. At this moment the teacher is still wrong in places. The student listens to it all the same.',
		'*Distillation does not copy weights.* The two may have different sizes and nothing in common inside. All that passes from one to the other is a distribution: how probable the teacher finds each next [[token]].'
	],
	act: 'Move along the run, by the pointer or the slider. Who is near the law first, and who follows?',
	picture:
		'Three bars for each of 16 syllables: its true probability, the teacher’s, the student’s. Beside them the distance of each from the law over the steps of the run.'
};

const pulls: StepWords = {
	id: 'pulls',
	title: 'Two arrows on one logit',
	text: [
		'The text has one next token: the [[hard target]]. The teacher has an opinion on all of them: the [[soft target]]. Each pulls on the student’s [[logits]].',
		'The hard pull is `onehot − p`, the soft pull `τ · (teacher − p)`. The [[soft weight]] `w` mixes them: `(1 − w) · hard + w · soft`.'
	],
	act: 'Predict, draw next tokens, then go on to the teacher’s pull and to the weight between the two.',
	picture:
		'The bars of the 16 syllables, and beside each the arrows on the student’s logit: the hard pull and its mean over all draws, the soft pull, or both and their weighted sum. A mark shows the pull towards the law.',
	captions: [
		'The hard pull: the next token up by what it lacks to 1, every other one down by its probability. Another draw, and it points elsewhere.',
		'The soft pull: every token towards the teacher’s bar, at once and without noise. A good teacher gives what many draws give on the mean; a bad one pulls past the marks. Turn up the [[distillation temperature]] τ: small bars count more.',
		'Both, each as long as its weight leaves it, and their sum: that is what the student’s step follows.'
	]
};

const run: StepWords = {
	id: 'run',
	title: 'A run, from the first step to the last',
	text: [
		'Three students share one teacher: one learns from next tokens only, one half and half, one from the teacher only. They start with the same weights and read the same text.',
		'The *distance* is the exact [[divergence]] from the known law, in nats: the truth that real training never has. The hard [[loss]] hides it: drawn tokens are noise on top. The soft loss measures how far a student is from its teacher, right or wrong.',
		'“Co” in co-distillation does not mean that the student teaches back. Meta’s use goes one way: from a teacher that is itself in training.'
	],
	act: 'Choose a curve and a student, then scrub through the run: bars and arrows follow.',
	picture:
		'The distance of teacher and students from the law, or their losses, over the steps of a recorded run; beside them the bars and arrows at the chosen step.'
};

const passes: StepWords = {
	id: 'passes',
	title: 'What the teacher’s opinion costs',
	text: [
		'To train, the teacher runs forward over every batch anyway. Those very distributions are the students’ targets: made once, read by all. The pass for the students is *saved*.',
		`Here teacher and student make ${COUNTED_STEPS} steps each. A head start of 0 is co-distillation; one of ${COUNTED_STEPS} is the classic way, with a teacher that has finished.`
	],
	captions: [
		'The lanes are yours once you have predicted.',
		`A teacher that has finished no longer trains, so each batch needs a pass for the students alone: ${passCounts(COUNTED_STEPS, COUNTED_STEPS, 0).extra} with the whole head start, ${passCounts(COUNTED_STEPS, 0, 0).extra} with none. Text that only the students read needs such passes too: Meta ran its teacher forward for it.`
	],
	act: 'Predict, give the teacher all of its head start, and let the engine count. Then give the student text of its own, and press →.',
	picture:
		'Three lanes over time: the steps that train the teacher, the passes it makes for the student alone, and the steps of the student. Shaded is where both read the same pass.'
};

function proof({ seeds, hard, half, soft, steps, isSoftNearer }: LessonNumbers): StepWords {
	return {
		id: 'proof',
		title: 'Does it help?',
		text: [
			'Three students of one seed, 2 sequences in each step; the teacher beside them reads 16. What decides is the exact distance from the law at the end.'
		],
		act: 'Draw where the student goes that hears its teacher only, then run it here. The next moment has five recorded seeds.',
		picture:
			'The distance of teacher and students from the law over the steps, and over them the curve that was predicted. Before the run only the teacher and the student of next tokens are there.',
		captions: [
			'Given are the teacher and the student that hears next tokens only, from a recorded run with the same seed.',
			`Recorded, ${steps} steps. The threshold was written down before the run: soft targets alone have to end at 0.8 times the distance of next tokens, or nearer, with each of ${seeds} seeds. The claim ${isSoftNearer ? 'holds' : 'does not hold'}. On the mean of ${seeds} seeds ${fixed(hard, 2)} nats with next tokens only, ${fixed(half, 2)} half and half, ${fixed(soft, 2)} with the teacher only. But look why: the teacher has read eight times as much, and passes on what the student did not see. *Soft labels are not always better*; the next step has a teacher that is wrong.`
		]
	};
}

const weight: StepWords = {
	id: 'weight',
	title: 'Draw the weight',
	text: [
		'Meta’s loss “dynamically weights the soft and hard targets through training”. It published neither formula nor schedule. So draw one: high means listen to the teacher, low means listen to the text.',
		'The teacher here is flawed: about a third of its labels are random. Your student runs beside one that hears only next tokens and one with a fixed half; all read 4 sequences in each step.'
	],
	act: 'Draw a curve in the figure (pointer, or arrow keys), say where it leads, and run it. Then try to beat yourself.',
	picture:
		'The drawn soft weight over the training with the present moment on it, the distance of the students from the law, and the bars and arrows at that moment.'
};

function open({ seeds, wins, best, hasWinner }: LessonNumbers): StepWords {
	return {
		id: 'open',
		title: 'Does a weight that changes win?',
		text: [
			'Is there a rule that changes the weight and beats every constant one? Four such rules ran against three constant weights under the flawed teacher.'
		],
		act: 'Look at the one seed, guess what all five say, then compare. Would you have believed the first one alone?',
		picture:
			'One small chart per seed: where each rule ended, as its distance from the law, against the nearest constant weight.',
		captions: [
			'One seed. Left of the line is nearer to the law than every constant weight.',
			`${
				hasWinner
					? `With all ${seeds} seeds one rule won: ${RULE_NAMES[best]}.`
					: `No rule won with all ${seeds} seeds. The best, ${RULE_NAMES[best]}, beat every constant weight with ${wins} of ${seeds}. A single seed would have named a winner: that is why ${seeds} stand here.`
			} This is no claim but an open experiment on [[toy|toys]]. Bigger models may answer otherwise, and Meta has not said.`
		]
	};
}
