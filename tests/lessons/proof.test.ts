import { createRawSnippet } from 'svelte';
import { render } from 'svelte/server';
import { describe, expect, test } from 'vitest';
import { chunkWalls } from '$lib/experiments/chunkWalls';
import recorded from '$lib/experiments/recorded/chunkWalls.json';
import type { Lab } from '$lib/lab/lab.svelte';
import { emptyOutcome, type Trial } from '$lib/protocol/trial';
import { spotAt, strokeOf, xOf, yOf, type Plot } from '$lib/views/drawing';
import { LessonEngine } from '../../src/routes/lessons/engine.svelte';
import { Lesson } from '../../src/routes/lessons/lesson.svelte';
import PredictCurve from '../../src/routes/lessons/PredictCurve.svelte';
import Proof from '../../src/routes/lessons/Proof.svelte';
import { Proving } from '../../src/routes/lessons/proving.svelte';
import type { LessonWords } from '../../src/routes/lessons/words';

const words: LessonWords = {
	...{ id: 'router', title: 'A lesson', question: 'Why?', summary: 'A summary.', honesty: [] },
	steps: [{ id: 'one', title: 'One', text: [], act: 'Look.', picture: 'A picture.' }]
};
const experiment = chunkWalls;

/** A lab whose trials end at once: at their end with these numbers, or half-way. */
function labThat(why: 'done' | 'asked' | 'lost', numbers: Record<string, number>): Lab {
	const prove = (trial: Trial) => {
		const step = why === 'done' ? trial.steps : 1;
		const outcome = emptyOutcome(trial);
		const arms = outcome.arms.map((arm) => ({ ...arm, probed: [{ step, numbers }] }));
		return Promise.resolve({
			outcome: { ...outcome, arms },
			why,
			note: why === 'lost' ? 'Lost.' : ''
		});
	};
	return { prove } as unknown as Lab;
}

describe('a proof', () => {
	/** The proof as a lesson shows it. */
	function shown(lesson: Lesson, proving = new Proving(experiment, recorded)): string {
		const predict = createRawSnippet(() => ({ render: () => '<p>Predict here.</p>' }));
		const engine = new LessonEngine();
		const asks = { measure: 'accuracy', prediction: 'needle', predict };
		return render(Proof, { props: { lesson, engine, proving, ...asks } }).body;
	}

	test('waits for the prediction, and until then keeps claim and threshold back', () => {
		const body = shown(new Lesson(words));
		expect(body).toContain('Predict here.');
		expect(body).toContain('without a prediction');
		for (const told of [experiment.claim, experiment.threshold, 'The spread over seeds']) {
			expect(body).not.toContain(told);
		}
	});

	test.each(['a prediction', 'a waiver', 'a run'])('tells its claim after %s', async (what) => {
		const lesson = new Lesson(words);
		const proving = new Proving(experiment, null);
		if (what === 'a prediction') {
			lesson.predictions.commit({ name: 'needle', question: 'How?', guess: 1, said: '1' });
		} else if (what === 'a waiver') lesson.predictions.waive('needle');
		else await proving.run(labThat('done', { accuracy: 0.5, loss: 1 }));
		const body = shown(lesson, proving);
		expect(body).toContain(experiment.claim);
		expect(body).toContain(experiment.threshold);
	});

	test('before a class shows neither claim nor spread, and leaves the run to the bar of steps', () => {
		const lesson = new Lesson(words);
		lesson.presenter = true;
		lesson.predictions.waive('needle');
		const body = shown(lesson);
		for (const told of [experiment.claim, 'The spread over seeds', 'Run it']) {
			expect(body).not.toContain(told);
		}
	});

	test('has a run that a link can take away or fix', () => {
		const lesson = new Lesson(words, { controls: { run: 'Run' } });
		expect(shown(lesson)).toContain('Run it');
		lesson.locked = ['run'];
		expect(shown(lesson)).toMatch(/<fieldset disabled[^>]* data-control="run"/);
		lesson.hidden = ['run'];
		expect(shown(lesson)).not.toContain('Run it');
	});

	test('says a number without a unit, and no space after it', async () => {
		const proving = new Proving(
			{ ...experiment, measures: { loss: { ...experiment.measures.accuracy, unit: '' } } },
			null
		);
		await proving.run(labThat('done', { accuracy: 0.5, loss: 1 }));
		const lesson = new Lesson(words);
		const props = { lesson, engine: new LessonEngine(), proving, prediction: 'needle' };
		const { body } = render(Proof, { props: { ...props, measure: 'loss' } });
		expect(body).toMatch(/50\.0\. This seed/);
	});

	test('draws a hollow dot for each recorded seed and arm', () => {
		const lesson = new Lesson(words);
		lesson.predictions.waive('needle');
		const body = shown(lesson);
		const arms = Object.keys(experiment.arms).length;
		expect(body.match(/<circle/g)).toHaveLength(arms * recorded.seeds.length);
	});

	test('measures seed after seed, those of the experiment first', async () => {
		const proving = new Proving(experiment, recorded);
		const seeds = [];
		for (let run = 0; run < experiment.seeds.length + 1; run++) {
			seeds.push(proving.nextSeed);
			await proving.run(labThat('done', { accuracy: 0.5, loss: 1 }));
		}
		expect(seeds).toEqual([...experiment.seeds, Math.max(...experiment.seeds) + 1]);
		expect(proving.measured?.chunked?.accuracy).toBe(50);
		const [first] = proving.seedsOf('accuracy');
		expect(first?.seeds).toHaveLength(recorded.seeds.length + seeds.length);
	});

	test('that is stopped or lost measures nothing and says why', async () => {
		const proving = new Proving(experiment, null);
		await proving.run(labThat('asked', { accuracy: 1, loss: 0 }));
		expect(proving.note).toContain('Stopped half-way');
		await proving.run(labThat('lost', { accuracy: 1, loss: 0 }));
		expect(proving.note).toBe('Lost.');
		expect([proving.live, proving.measured, proving.isRunning]).toEqual([[], null, false]);
	});
});

describe('a curve that the hand draws', () => {
	const plot: Plot = {
		...{ width: 300, height: 180, min: 0, max: 1, last: 5 },
		margin: { top: 26, right: 12, bottom: 34, left: 40 }
	};

	test('finds the place and the height under the pointer again', () => {
		const across = xOf(plot, 3) / plot.width;
		const { place, height } = spotAt(plot, across, yOf(plot, 0.25) / plot.height);
		expect(place).toBe(3);
		expect(height).toBeCloseTo(0.25, 9);
		expect(spotAt(plot, -1, 2)).toEqual({ place: 0, height: 0 });
	});

	test('leaves no place out when the hand is fast, either way', () => {
		const stroke = strokeOf({ place: 4, height: 1 }, { place: 1, height: 0.4 });
		expect(stroke.map(({ place }) => place)).toEqual([3, 2, 1]);
		expect(stroke.map(({ height }) => Number(height.toFixed(9)))).toEqual([0.8, 0.6, 0.4]);
	});

	test('is not taken once the answer was seen without it', () => {
		const lesson = new Lesson(words);
		lesson.predictions.waive('c');
		const body = asked(lesson, [0.9, 0.5, 0.2]);
		expect(body).toContain('Shown without a prediction');
		expect(body).not.toContain('Commit');
	});

	test('keeps what was measured first, and why it came out so', () => {
		const lesson = new Lesson(words);
		const said = { name: 'c', question: 'How?', guess: [1, 1, 1], said: 'flat' };
		lesson.predictions.commit(said);
		lesson.predictions.judge('c', {
			...{ measured: [0.9, 0.5, 0.2], found: 'falling', isRight: false, why: 'It thins out.' }
		});
		const body = asked(lesson, [0.1, 0.1, 0.1]);
		expect(body.replaceAll(/<!--.*?-->/g, '')).toContain('measured: falling. It thins out.');
		expect(body).not.toContain('Predict again');
	});

	/** What the page asks when a curve is to be predicted. */
	function asked(lesson: Lesson, measured: number[] | null): string {
		const axes = { xs: [16, 32, 64], xLabel: 'tokens', yLabel: 'accuracy', min: 0, max: 1 };
		const asks = { name: 'c', question: 'How?', near: 0.1, explain: () => '' };
		return render(PredictCurve, { props: { ...axes, ...asks, lesson, measured } }).body;
	}

	test('is asked for before the run', () => {
		const body = asked(new Lesson(words), null);
		expect(body).toContain('Commit');
		expect(body).toContain('16: open');
	});

	test('is drawn and voted on by a class', () => {
		const lesson = new Lesson(words);
		lesson.presenter = true;
		const body = asked(lesson, null);
		expect(body).not.toContain('Commit');
		expect(body).toContain('Votes for Curve B, not drawn');
		const after = asked(lesson, [0.9, 0.5, 0.2]);
		expect(after).not.toContain('Votes for');
		expect(after).toContain('measured: 0.90 at 16 to 0.20 at 64');
	});
});
