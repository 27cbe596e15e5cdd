/**
 * The figures of two lessons as they stand still, before any script has run: what a reader without
 * scripts gets, kept so that no picture changes unseen.
 */
import { describe, expect, test } from 'vitest';
import long from '$lib/experiments/recorded/longContext.json';
import { load } from '../../src/routes/lessons/chunked-attention/+page.server';
import CacheFigure from '../../src/routes/lessons/chunked-attention/CacheFigure.svelte';
import CostFigure from '../../src/routes/lessons/chunked-attention/CostFigure.svelte';
import LadderFigure from '../../src/routes/lessons/chunked-attention/LadderFigure.svelte';
import MaskFigure from '../../src/routes/lessons/chunked-attention/MaskFigure.svelte';
import {
	CONTROLS,
	KEYS as CHUNK_KEYS,
	OPENINGS as CHUNK_OPENINGS,
	Scene
} from '../../src/routes/lessons/chunked-attention/scene.svelte';
import HayFigure from '../../src/routes/lessons/nope-temperature/HayFigure.svelte';
import LayersFigure from '../../src/routes/lessons/nope-temperature/LayersFigure.svelte';
import LimitsFigure from '../../src/routes/lessons/nope-temperature/LimitsFigure.svelte';
import { finalOf } from '../../src/routes/lessons/nope-temperature/long';
import { KEYS, OPENINGS, type NopeValues } from '../../src/routes/lessons/nope-temperature/state';
import TrainedLines from '../../src/routes/lessons/nope-temperature/TrainedLines.svelte';
import TrainedRow from '../../src/routes/lessons/nope-temperature/TrainedRow.svelte';
import { wordsOf } from '../../src/routes/lessons/nope-temperature/words';
import { lessonAt, still } from './still';

describe('the still figures on chunked attention', () => {
	const data = load();

	/** The lesson where a link opens it. */
	function sceneAt(link: string): Scene {
		const parts = { controls: CONTROLS, keys: CHUNK_KEYS, openings: CHUNK_OPENINGS };
		return new Scene(lessonAt(data.words, parts, link), data);
	}

	test.each(['moment=2', 'step=2', 'step=2&moment=2', 'step=2&moment=3&chunk=1'])(
		'the mask, %s',
		(link) => expect(still(MaskFigure, { scene: sceneAt(link) })).toMatchSnapshot()
	);

	test('the caches behind a wall', () =>
		expect(still(CacheFigure, { scene: sceneAt('step=5&moment=4') })).toMatchSnapshot());

	test('the ladder of the needle', () => {
		const props = { scene: sceneAt('step=7&stack=cccg'), origin: 'By rule.' };
		expect(still(LadderFigure, props)).toMatchSnapshot();
	});

	test('the bills at ten million tokens', () => {
		const scene = sceneAt('step=6&moment=2');
		expect(still(CostFigure, { scene })).toMatchSnapshot();
	});

	test('the bills have three panes under the token row, and follow the chosen token', () => {
		const drawn = still(CostFigure, { scene: sceneAt('step=6&model=toy&query=8') });
		expect(drawn.match(/<section/g)).toHaveLength(3);
		expect(drawn.indexOf('position 63')).toBeLessThan(drawn.indexOf('<section'));
		expect(drawn).toContain('Keys that token 8 is paired with');
		const scout = still(CostFigure, { scene: sceneAt('step=6&query=8') });
		expect(scout).toContain('Keys kept after token 9,215');
	});
});

describe('the still figures on the query scale', () => {
	/** The values where a link opens the lesson. */
	const valuesAt = (link: string): NopeValues =>
		lessonAt(wordsOf(long), { keys: KEYS, openings: OPENINGS }, link).values;
	const numbers = finalOf(long.seeds[0]) ?? {};
	const measured = { numbers, origin: 'Recorded.', length: 128 };

	test('a needle among sixteen straws', () => {
		const panes = ['keys', 'bar'] as const;
		const props = { values: valuesAt(''), panes, hasScale: false, isSmall: true, label: 'Hay' };
		expect(still(HayFigure, props)).toMatchSnapshot();
	});

	test.each(['on=1&n=512', 'on=1&n=10485760&floor=8192&gap=10'])(
		'the lifted needle, %s',
		(link) => {
			const panes = ['curves', 'stairs', 'bar'] as const;
			const props = { values: valuesAt(link), panes, hasScale: true, label: 'Lifted' };
			expect(still(HayFigure, props)).toMatchSnapshot();
		}
	);

	test.each([1, 2, 3])('the staircase, moment %i', (moment) => {
		const values = valuesAt(`step=3&moment=${moment}`);
		const props = { values, panes: ['stairs'] as const, hasScale: true, label: 'Stairs' };
		expect(still(HayFigure, { ...props, isEdgeTold: moment > 1 })).toMatchSnapshot();
	});

	test('each moment shows what its words tell', () => {
		expect(valuesAt('step=5&moment=2').rule).toBe('add');
		expect(valuesAt('step=6&moment=2')).toMatchObject({ n: 10_485_759, all: false });
		expect(valuesAt('step=6&moment=3')).toMatchObject({ n: 10_485_759, all: true });
		expect(valuesAt('step=7&moment=5').growth).toBe('half');
		const limits = [1, 2, 3, 4].map((moment) => valuesAt(`step=8&moment=${moment}`));
		expect(limits.map(({ times, tau }) => [times, tau])).toEqual([
			[1, 1],
			[4, 1],
			[8, 1],
			[1, 0.5]
		]);
	});

	test.each([false, true])('the hay of each layer, scale everywhere: %s', (isEverywhere) =>
		expect(still(LayersFigure, { position: 10_000, isEverywhere })).toMatchSnapshot()
	);

	test('keeps back which layers have the scale until it may be told', () => {
		const asked = { position: 16, isEverywhere: false, isTold: false };
		expect(still(LayersFigure, asked)).not.toMatch(/no scale|s = /);
		expect(still(LayersFigure, { ...asked, isTold: true })).toMatch(/no scale[^]*s = 1\.000/);
	});

	test.each([0, 1, 2])('the limit %i', (moment) =>
		expect(still(LimitsFigure, { moment, times: 4, tau: 0.5 })).toMatchSnapshot()
	);

	test('the question of the trained layer', () => {
		const props = { ...measured, growth: 'tenth', isFirst: false } as const;
		expect(still(TrainedRow, props)).toMatchSnapshot();
	});

	test('what was measured over the lengths', () => {
		const panes = ['weight', 'accuracy', 'entropy', 'share'] as const;
		const props = { ...measured, panes, growth: 'half' } as const;
		expect(still(TrainedLines, props)).toMatchSnapshot();
	});
});
