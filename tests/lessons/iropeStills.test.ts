/**
 * The figures on rotary positions as they stand still, before any script has run: what a reader without
 * scripts gets, kept so that no picture changes unseen.
 */
import { describe, expect, test } from 'vitest';
import { load } from '../../src/routes/lessons/irope/+page.server';
import BuildFigure from '../../src/routes/lessons/irope/BuildFigure.svelte';
import DialFigure from '../../src/routes/lessons/irope/DialFigure.svelte';
import { CONTROLS, KEYS, OPENINGS } from '../../src/routes/lessons/irope/keys';
import Learned from '../../src/routes/lessons/irope/Learned.svelte';
import NormFigure from '../../src/routes/lessons/irope/NormFigure.svelte';
import OrderFigure from '../../src/routes/lessons/irope/OrderFigure.svelte';
import RippleFigure from '../../src/routes/lessons/irope/RippleFigure.svelte';
import { Scene } from '../../src/routes/lessons/irope/scene.svelte';
import { lessonAt, still } from './still';

const data = load();

const sceneAt = (link: string) =>
	new Scene(
		lessonAt(data.words, { controls: CONTROLS, keys: KEYS, openings: OPENINGS }, link),
		data
	);

describe('the still figures on rotary positions', () => {
	test.each(['step=1', 'step=1&moment=2', 'step=2', 'step=2&moment=2'])('the dials, %s', (link) =>
		expect(still(DialFigure, { scene: sceneAt(link) })).toMatchSnapshot()
	);

	test.each(['step=3', 'step=3&moment=2'])('scores before and after the swap, %s', (link) =>
		expect(still(OrderFigure, { scene: sceneAt(link) })).toMatchSnapshot()
	);

	test.each([1, 2, 3, 4])('who notices the swap, moment %i', (moment) => {
		const scene = sceneAt(`step=4&moment=${moment}`);
		const props = { scene, ripple: scene.crowdRipple, texts: data.texts };
		expect(still(RippleFigure, props)).toMatchSnapshot();
	});

	test.each(['step=5', 'step=5&moment=2'])('scores behind QK-norm, %s', (link) =>
		expect(still(NormFigure, { scene: sceneAt(link) })).toMatchSnapshot()
	);

	test('the text that asks for order, and what each row learned of it', () => {
		const scene = sceneAt('step=6&moment=2&row=scout');
		const props = { scene, ripple: scene.proofRipple, texts: data.asked.texts };
		expect(still(RippleFigure, props)).toMatchSnapshot();
		expect(still(Learned, { scene })).toMatchSnapshot();
	});

	test.each(['cccc', 'cccg', 'gccc'])('the row %s under the four tests', (layers) =>
		expect(still(BuildFigure, { scene: sceneAt(`step=7&layers=${layers}`) })).toMatchSnapshot()
	);

	test('Llama 4’s row stands in the last moment', () =>
		expect(sceneAt('step=7&moment=2').lesson.values.layers).toBe('cccg'));

	test('the last step has three panes, and the token row above them', () => {
		const drawn = still(BuildFigure, { scene: sceneAt('step=7') });
		const panes = ['Your layers', 'Who notices order', 'Cost'];
		expect([...drawn.matchAll(/<section aria-label="([^"]*)"/g)].map(([, name]) => name)).toEqual(
			panes
		);
		expect(drawn.indexOf('position 15')).toBeLessThan(drawn.indexOf('Your layers"'));
	});

	test('keep back what is to be predicted', () => {
		expect(still(DialFigure, { scene: sceneAt('step=1') })).not.toContain('a turn in');
		expect(still(DialFigure, { scene: sceneAt('step=2') })).not.toContain('Score by distance');
		expect(still(OrderFigure, { scene: sceneAt('step=3') })).not.toContain('wherever it stands');
		expect(still(NormFigure, { scene: sceneAt('step=5') })).not.toContain('no score passes');
		expect(still(Learned, { scene: sceneAt('step=6') })).not.toContain('<circle');
	});
});
