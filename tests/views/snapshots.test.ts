/**
 * Pictures of the views, as a browser without scripts gets them, in `pictures/`: they are looked at when
 * they change, and renewed with `npx vitest run --project unit tests/views/snapshots.test.ts -u`.
 */
import type { Component } from 'svelte';
import { render } from 'svelte/server';
import { describe, expect, test } from 'vitest';
import ArmCurves from '$lib/views/ArmCurves.svelte';
import AssignmentHistory from '$lib/views/AssignmentHistory.svelte';
import Bars from '$lib/views/Bars.svelte';
import DistanceCurve from '$lib/views/DistanceCurve.svelte';
import DrawnCurve from '$lib/views/DrawnCurve.svelte';
import ExpertLoad from '$lib/views/ExpertLoad.svelte';
import GateDial from '$lib/views/GateDial.svelte';
import GateShrink from '$lib/views/GateShrink.svelte';
import GuessScale from '$lib/views/GuessScale.svelte';
import KeyWeights from '$lib/views/KeyWeights.svelte';
import LengthLines from '$lib/views/LengthLines.svelte';
import LossCurves from '$lib/views/LossCurves.svelte';
import LossRow from '$lib/views/LossRow.svelte';
import NeedleCurves from '$lib/views/NeedleCurves.svelte';
import NextTokens from '$lib/views/NextTokens.svelte';
import { routingOf } from '$lib/views/pass';
import PassLanes from '$lib/views/PassLanes.svelte';
import PullArrows from '$lib/views/PullArrows.svelte';
import RippleGrid from '$lib/views/RippleGrid.svelte';
import RotationDials from '$lib/views/RotationDials.svelte';
import RunCurves from '$lib/views/RunCurves.svelte';
import ScoreBars from '$lib/views/ScoreBars.svelte';
import SeedDots from '$lib/views/SeedDots.svelte';
import TemperatureCurve from '$lib/views/TemperatureCurve.svelte';
import TurnStrip from '$lib/views/TurnStrip.svelte';
import TwoPulls from '$lib/views/TwoPulls.svelte';
import WeightBars from '$lib/views/WeightBars.svelte';
import { turnedPairs } from '$lib/math/rotaryScore';
import { tinyTrace } from './tiny';

const texts = ['the', ' llama'];
const routing = routingOf(tinyTrace, 0)!;
const settings = { attnScale: 0.1, floorScale: 32 };
const gradient = Float32Array.of(0, 0.5, -0.25, 0.1, 0, -0.1);
const rope = { theta: 10_000, scaling: null };

/** A view with the numbers that it shows. */
interface Shown {
	name: string;
	html: () => string;
}

function shown<Props extends Record<string, unknown>>(
	name: string,
	view: Component<Props>,
	props: Props
): Shown {
	return { name, html: () => render(view as Component, { props }).body };
}

/** One element per line, in hundredths of a pixel, without what only Svelte reads. */
function picture(html: string): string {
	const plain = html
		.replace(/<!--.*?-->/gs, '')
		.replace(/ ?svelte-[a-z0-9]+/g, '')
		.replaceAll(' class=""', '')
		.replace(/\d+\.\d{5,}/g, (number) => String(Number(Number(number).toFixed(2))));
	return `${plain.replace(/\s+/g, ' ').replaceAll('><', '>\n<').trim()}\n`;
}

const CHARTS: readonly Shown[] = [
	shown('LossCurves', LossCurves, {
		...{ steps: [1, 10, 100, 2000], losses: [4.5, 2, 0.9, 0.6], floor: 0.5, vocabulary: 128 }
	}),
	shown('ExpertLoad', ExpertLoad, {
		steps: [1, 100, 300],
		loads: [[0.5, 0.3, 0.2], [0.4, 0.4, 0.2], [0.34, 0.33, 0.33]], // prettier-ignore
		experts: 3
	}),
	shown('TemperatureCurve', TemperatureCurve, { settings, position: 100, last: 512 }),
	shown('NeedleCurves', NeedleCurves, { gap: 4, hay: 300, settings, last: 512 }),
	shown('LengthLines', LengthLines, {
		name: 'Weight of the needle',
		lengths: [31, 128, 512],
		lines: [
			{ name: 'no scale', values: [0.8, 0.6, 0.4] },
			{ name: 'growth 0.5', values: [0.8, 0.9, 0.95] }
		],
		top: 1
	}),
	shown('GateShrink', GateShrink, {
		points: [
			{ gate: 0.5, answer: 0.25, expert: 0 },
			{ gate: 0.9, answer: 0.8, expert: 2 }
		],
		...{ texts, token: 1, expected: 0.5 }
	}),
	shown('RunCurves', RunCurves, {
		...{ label: 'Distance', steps: [0, 30, 60], last: 60, at: 1, chosen: 1 },
		series: [
			{ label: 'teacher', colour: 'var(--teacher)', values: [1, 0.5, 0.2] },
			{ label: 'student', colour: 'var(--student)', dashes: '6 4', values: [1, 0.8, null] }
		],
		guess: [0, 60].map((step) => ({ step, value: 0.6 }))
	}),
	shown('PassLanes', PassLanes, {
		...{ steps: 6, headStart: 3, own: 2, width: 240 },
		counts: { trained: 6, reused: 2, extra: 4 }
	}),
	shown('SeedDots', SeedDots, {
		arms: [
			{
				name: 'learned',
				seeds: [
					{ seed: 1, value: 0.3, isLive: false },
					{ seed: 2, value: 0.35, isLive: true }
				]
			}
		],
		label: 'nats'
	}),
	shown('KeyWeights', KeyWeights, { weights: [0.1, 0.7, 0.1, 0.1], needles: [1], room: 8 }),
	shown('ArmCurves', ArmCurves, {
		title: 'loss',
		curves: [{ name: 'learned', steps: [0, 150, 300], values: [2, 1, 0.5], hue: 'var(--rope)' }],
		...{ last: 300, top: 2 }
	}),
	shown('DistanceCurve', DistanceCurve, {
		scores: [1, -0.5, 0.25],
		part: [0.5, 0, 0],
		distance: 2
	}),
	shown('GuessScale', GuessScale, { min: 0, max: 1, guess: 0.25, measured: 0.6 }),
	shown('DrawnCurve', DrawnCurve, {
		...{ label: 'Your curve', xs: [0, 1, 2], xLabel: 'step', yLabel: 'loss', min: 0, max: 1 },
		...{ points: [0.9, null, 0.1], measured: [0.8, 0.5, 0.4] },
		others: [{ name: 'B', heights: [0.5, 0.5, 0.5] }]
	})
];

const ROWS: readonly Shown[] = [
	shown('NextTokens', NextTokens, {
		...{ probabilities: Float64Array.of(0.25, 0.75), law: Float64Array.of(0.5, 0.5) },
		...{ vocabulary: texts, after: 'the' }
	}),
	shown('WeightBars', WeightBars, {
		bars: [
			{ name: 'needle', score: 4, weight: 0.8, before: 0.5, isNeedle: true },
			{ name: 'straw', weight: 0.2 }
		],
		label: 'Weights'
	}),
	shown('ScoreBars', ScoreBars, {
		label: 'Scores',
		scores: [
			{ text: 'the', score: -1.5 },
			{ text: ' llama', score: 2, isMarked: true }
		],
		...{ extent: 4, bound: 3 }
	}),
	shown('Bars', Bars, {
		title: 'Cache',
		bars: [
			{ name: 'chunked', value: 8, text: '8', hue: 'var(--rope)' },
			{ name: 'open', value: 64, text: '64', hue: 'var(--nope)' }
		]
	}),
	shown('LossRow', LossRow, { losses: [0.5, NaN], changed: [1.5, NaN], texts, token: 0 }),
	shown('GateDial', GateDial, { routing, shown: true, token: 0 }),
	shown('PullArrows', PullArrows, { routing, gradient, rowHeight: 24 }),
	shown('AssignmentHistory', AssignmentHistory, {
		...{ steps: [0, 60], choices: [[0, 1], [2, 1]], texts, token: 1 } // prettier-ignore
	}),
	shown('RotationDials', RotationDials, {
		pairs: turnedPairs([1, 0, 0, 1], [1, 1, 2, 0], [3, 1], rope),
		turns: [6.3, 628]
	}),
	shown('TurnStrip', TurnStrip, { speeds: [1, 0.01], count: 3, position: 2, lit: 0 }),
	shown('RippleGrid', RippleGrid, {
		texts,
		rows: [[0, 0], [0, 0.25]], // prettier-ignore
		...{ layers: 1, places: [0, 1] as const, chunk: 1 }
	}),
	shown('TwoPulls', TwoPulls, {
		scene: {
			...{ texts, truth: [0.5, 0.5], teacherLogits: [1, 0], studentLogits: [0, 0], next: 1 },
			...{ rule: { kind: 'constant' as const, weight: 0.5 }, progress: 0.5, temperature: 1 }
		},
		arrows: ['hard', 'soft', 'sum'] as const,
		token: 1,
		pinned: 1,
		hasMark: true
	})
];

describe('the picture of', () => {
	test.each([...CHARTS, ...ROWS])('$name is the one that was looked at', async ({ name, html }) => {
		const shownNow = picture(html());
		expect(shownNow).not.toMatch(/NaN|undefined|Infinity/);
		await expect(shownNow).toMatchFileSnapshot(`pictures/${name}.txt`);
	});
});
