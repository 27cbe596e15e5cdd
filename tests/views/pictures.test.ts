import { render } from 'svelte/server';
import { describe, expect, test } from 'vitest';
import ExpertLoad from '$lib/views/ExpertLoad.svelte';
import LayerDetail from '$lib/views/LayerDetail.svelte';
import LayerStrip from '$lib/views/LayerStrip.svelte';
import LossCurves from '$lib/views/LossCurves.svelte';
import NextTokens from '$lib/views/NextTokens.svelte';
import PositionRow from '$lib/views/PositionRow.svelte';
import { nextOf, streamsOf } from '$lib/views/pass';
import { MOMENT } from '$lib/views/story';
import { attentionTable, lanesTable, routerTable, streamTable } from '$lib/views/tables';
import { attentionOf, routingOf } from '$lib/views/pass';
import { tinyConfig, tinyScene, tinyTrace } from './tiny';

/** The picture as a browser without scripts gets it, in one line. */
const picture = (html: string) => html.replace(/<!--.*?-->/g, '').replace(/\s+/g, ' ');

describe('the inside of a layer', () => {
	const { body } = render(LayerDetail, { props: { scene: tinyScene, moment: MOMENT.experts } });
	const shown = picture(body);

	test('writes the weights of the trace into its cells, and none into masked ones', () => {
		const numbers = [...shown.matchAll(/<span class="[^"]*">([01]\.\d\d)?<\/span>/g)];
		expect(numbers.map(([, text]) => text).slice(0, 4)).toEqual([
			'1.00',
			undefined,
			'0.25',
			'0.75'
		]);
	});

	test('tells where each token goes and with which gate', () => {
		expect(shown).toContain('“the” goes to C with gate 0.75');
		expect(shown).toContain('“llama” goes to A with gate 0.50');
	});

	test('fills each dial as far as the gate says', () => {
		expect([...shown.matchAll(/--share: ?(\d+)%/g)].map(([, share]) => share)).toEqual([
			'75',
			'50'
		]);
	});

	test('boxes the winner of each column', () => {
		expect(shown.match(/class="winner/g)).toHaveLength(2);
	});

	test('keeps the winners back until their moment has come', () => {
		const early = render(LayerDetail, { props: { scene: tinyScene, moment: MOMENT.router } });
		expect(early.body).not.toContain('class="winner');
	});

	test('shows one dense block in place of router and lanes', () => {
		const layers = [{ positions: 'rope', scope: 'chunked', feedForward: 'dense' }] as const;
		const recordings = tinyTrace.recordings.filter(({ point }) => !point.startsWith('router'));
		const scene = {
			...tinyScene,
			config: { ...tinyConfig, layers },
			trace: { ...tinyTrace, recordings }
		};
		const dense = render(LayerDetail, { props: { scene, moment: MOMENT.gate } }).body;
		expect(dense).toContain('8 hidden numbers');
		expect(dense).not.toContain('Router');
	});
});

describe('the strip, the bars and the curves', () => {
	test('the strip has a chip per layer that says its kind', () => {
		const { body } = render(LayerStrip, {
			props: { config: tinyConfig, streams: streamsOf(tinyTrace, 1), layer: 0 }
		});
		expect(body).toContain('Layer 1: RoPE, sees its own chunk of 2, 3 experts');
		expect(body).toContain('aria-current="step"');
	});

	test('the bars show probability and truth side by side', () => {
		const probabilities = nextOf(tinyTrace, 0) ?? new Float64Array();
		const law = new Float64Array([0.5, 0.5]);
		const { body } = render(NextTokens, {
			props: { probabilities, law, vocabulary: ['the', ' llama'], after: 'the' }
		});
		expect(picture(body)).toMatch(/llama<\/span>.*75 %.*the<\/span>.*25 %/);
		expect(body).toContain('true: 50 %');
	});

	test('the dial of the first pair turns by one radian per position', () => {
		const { body } = render(PositionRow, {
			props: { config: tinyConfig, layer: 0, count: 3, token: 2, shown: true }
		});
		const turns = [...body.matchAll(/rotate\(([\d.]+)\)/g)].map(([, degrees]) => Number(degrees));
		expect(turns[0]).toBe(0);
		expect(turns[1]).toBeCloseTo(57.29578, 4);
		expect(turns[2]).toBeCloseTo(114.59156, 4);
	});

	test('the loss curve names the floor and the latest loss', () => {
		const { body } = render(LossCurves, {
			props: { steps: [1, 10, 100], losses: [4.5, 2, 0.9], floor: 0.5, vocabulary: 128 }
		});
		expect(body).toContain('Loss after 100 steps: 0.900 nats per token, floor 0.500.');
		expect(body).toContain('guessing 4.85');
	});

	test('the loss chart stands before any training', () => {
		const { body } = render(LossCurves, {
			props: { steps: [], losses: [], floor: null, vocabulary: 128 }
		});
		expect(body).toContain('nothing trained yet');
		expect(body).not.toContain('NaN');
	});

	test('the load of the experts is told by letter', () => {
		const { body } = render(ExpertLoad, {
			props: { steps: [1, 2], loads: [[1, 0], [0.25, 0.75]], experts: 2 } // prettier-ignore
		});
		expect(body).toContain('Load of the experts: A 25 %, B 75 %.');
		expect(body).not.toContain('NaN');
	});
});

describe('the tables hold the numbers of the pictures', () => {
	test('attention, with masked cells named', () => {
		const attention = attentionOf(tinyTrace, 0, 1);
		expect(attention && attentionTable(tinyScene, attention).rows).toEqual([
			['0 the', '1.000', 'hidden'],
			['1 llama', '0.250', '0.750']
		]);
	});

	test('router and lanes', () => {
		const routing = routingOf(tinyTrace, 0);
		expect(routing && routerTable(tinyScene, routing).rows[0]).toEqual(
			['0 the', '−1.000', '0.000', '1.099', 'C', '0.750'] // prettier-ignore
		);
		expect(routing && lanesTable(tinyScene, routing).rows).toEqual([
			['shared', 'all 2'],
			['A', '1 llama'],
			['B', 'none'],
			['C', '0 the']
		]);
	});

	test('the residual stream, by length', () => {
		const table = streamTable(streamsOf(tinyTrace, 1), tinyScene.texts);
		expect(table.rows[0]).toEqual(['embedding', '5.00', '2.00']);
	});
});
