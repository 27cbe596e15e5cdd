/**
 * The figures on co-distillation as they stand still, before any script has run: what a reader without
 * scripts gets, kept so that no picture changes unseen.
 */
import { describe, expect, test } from 'vitest';
import { load } from '../../src/routes/lessons/co-distillation/+page.server';
import { CONTROLS, KEYS, OPENINGS } from '../../src/routes/lessons/co-distillation/keys';
import OpenFigure from '../../src/routes/lessons/co-distillation/OpenFigure.svelte';
import PassFigure from '../../src/routes/lessons/co-distillation/PassFigure.svelte';
import ProofFigure from '../../src/routes/lessons/co-distillation/ProofFigure.svelte';
import { Proofs } from '../../src/routes/lessons/co-distillation/proofs.svelte';
import RecordedFigure from '../../src/routes/lessons/co-distillation/RecordedFigure.svelte';
import { Scene } from '../../src/routes/lessons/co-distillation/scene.svelte';
import WeightFigure from '../../src/routes/lessons/co-distillation/WeightFigure.svelte';
import { lessonAt, still } from './still';

const data = load();

const sceneAt = (link: string) =>
	new Scene(
		lessonAt(data.words, { controls: CONTROLS, keys: KEYS, openings: OPENINGS }, link),
		data
	);

describe('the still figures on co-distillation', () => {
	test.each(['step=1', 'step=2', 'step=2&moment=2', 'step=2&moment=3', 'step=3'])(
		'bars, pulls and curves of the recorded run, %s',
		(link) => expect(still(RecordedFigure, { scene: sceneAt(link) })).toMatchSnapshot()
	);

	test.each(['step=4', 'step=4&moment=2', 'step=4&ahead=0.5&own=3'])(
		'the passes of the teacher, %s',
		(link) => expect(still(PassFigure, { scene: sceneAt(link) })).toMatchSnapshot()
	);

	test.each(['step=5', 'step=5&moment=2'])('the students of the proof, %s', (link) => {
		const scene = sceneAt(link);
		expect(still(ProofFigure, { scene, proofs: new Proofs(scene) })).toMatchSnapshot();
	});

	test('the drawn weight before a run', () => {
		const scene = sceneAt('step=6');
		expect(still(WeightFigure, { scene, live: scene.own, guess: 0.6 })).toMatchSnapshot();
	});

	test.each(['step=7', 'step=7&moment=2'])('the seeds of the open question, %s', (link) => {
		const scene = sceneAt(link);
		expect(still(OpenFigure, { data, proofs: new Proofs(scene) })).toMatchSnapshot();
	});

	test('keep back what is to be predicted', () => {
		const proofAt = (link: string) => {
			const scene = sceneAt(link);
			return still(ProofFigure, { scene, proofs: new Proofs(scene) });
		};
		expect(proofAt('step=5')).not.toContain('teacher only');
		expect(proofAt('step=5&moment=2')).toContain('teacher only');
	});
});
