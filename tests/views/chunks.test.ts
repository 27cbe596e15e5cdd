import { render } from 'svelte/server';
import { describe, expect, test } from 'vitest';
import { attentionMask, attentionScope } from '$lib/math/attention';
import { stackMasks, stackScopes } from '$lib/math/stack';
import { heldIn } from '$lib/views/cacheRows';
import { reachLadder } from '$lib/math/reach';
import { ladderPicture, wallsPath } from '$lib/views/ladder';
import AttentionMask from '$lib/views/AttentionMask.svelte';
import CacheRows from '$lib/views/CacheRows.svelte';
import LayerChips from '$lib/views/LayerChips.svelte';
import LossStrip from '$lib/views/LossStrip.svelte';
import ReachLadder from '$lib/views/ReachLadder.svelte';
import WallRow from '$lib/views/WallRow.svelte';

const TEXTS = ['What', ' is', ' ch', 'unked', ' attention', '?'];
const picture = (html: string) => html.replace(/<!--.*?-->/g, '').replace(/\s+/g, ' ');

describe('the rule of a mask, without the numbers of a pass', () => {
	const props = { scope: attentionScope('chunked', 3), texts: TEXTS, cursor: null, hue: 'blue' };

	test('is a staircase of twelve pairs, and what is behind the wall is one block', () => {
		const { body } = render(AttentionMask, { props });
		expect(body).toContain('Who may look at whom, 6 queries by 6 keys, 12 of 36 pairs visible.');
		expect(picture(body)).toContain('d="M0 3h3v1h-3zM0 4h3v1h-3zM0 5h3v1h-3z"');
	});

	test('covers rows until they are shown', () => {
		const cursor = { row: 4, column: 3 };
		const shows = (row: number) => row === 3;
		const { body } = render(AttentionMask, { props: { ...props, cursor, shows } });
		expect(body).toContain('“attention” looks at “unked”: not told yet');
	});

	test('gives way to a mask of another hand', () => {
		const drawn = attentionMask(6, { kind: 'global' });
		drawn.allowed[5 * 6] = 0;
		const cursor = { row: 5, column: 0 };
		const { body } = render(AttentionMask, { props: { ...props, drawn, cursor } });
		expect(body).toContain('20 of 36 pairs visible');
		expect(body).toContain('hidden by this mask');
	});
});

describe('the ladder', () => {
	test('says how far the light has come, and stays inside the walls', () => {
		const scopes = stackScopes('cc', 3);
		const { body } = render(ReachLadder, { props: { texts: TEXTS, scopes, query: 5, depth: 1 } });
		expect(body).toContain('after 1 of them the light of position 5 has come to 3.');
		expect(body.match(/class="wall/g)).toHaveLength(2);
	});

	test('spreads from every lit position to each stretch that it sees', () => {
		const masks = stackMasks('cg', 3, 6);
		const { lit, cones } = ladderPicture(masks, reachLadder(masks, 4), 2);
		expect(cones[1]).toBe('M4.4 0.28H4.6L4.9 1H0.1z');
		expect(cones[0]?.match(/M/g)).toHaveLength(5);
		expect(lit.match(/M/g)).toHaveLength(1 + 5 + 5);
	});

	test('draws a wall at the end of each chunk and none at the end of the row', () => {
		expect(wallsPath(6, 3, 0)).toBe('M3 0V1');
		expect(wallsPath(6, 6, 0)).toBe('');
		expect(wallsPath(3, 1, 1)).toBe('M1 1V2M2 1V2');
	});
});

describe('the caches', () => {
	test('hold keys in vain right behind a wall, and drop the oldest', () => {
		const scope = attentionScope('chunked', 3);
		expect(heldIn(scope, 3, 6)).toEqual(['dropped', 'hidden', 'hidden', 'own', 'later', 'later']);
		expect(heldIn(scope, 5, 6)).toEqual(['dropped', 'dropped', 'dropped', 'seen', 'seen', 'own']);
	});

	test('are told layer by layer', () => {
		const props = { texts: TEXTS, scopes: stackScopes('cg', 3), position: 3 };
		expect(render(CacheRows, { props }).body).toContain(
			'Layer 2 sees 4 of 4. Layer 1 sees 1 of 3.'
		);
	});
});

describe('chips, walls and the strip of losses', () => {
	test('the last layer is the chip at the top', () => {
		const { body } = render(LayerChips, { props: { kinds: ['chunked', 'global'], rowHeight: 40 } });
		expect(body.indexOf('Move layer 2')).toBeLessThan(body.indexOf('Move layer 1'));
		expect(picture(body)).toContain('NoPE, all earlier tokens');
	});

	test('walls stand between chunks; one stays in hand when the chunk is the whole row', () => {
		const walls = (chunk: number) => render(WallRow, { props: { count: 6, chunk } }).body;
		expect(walls(2).match(/class="handle/g)).toHaveLength(2);
		expect(walls(6).match(/class="handle/g)).toHaveLength(1);
		expect(walls(1).match(/class="handle/g)).toHaveLength(5);
	});

	test('the strip names its largest loss and leaves out what was not predicted', () => {
		const { body } = render(LossStrip, { props: { losses: [NaN, 0.5, 1.5], chunk: 2 } });
		expect(body).toContain('1.00 nats on average, largest at position 2 with 1.50.');
		expect(body).not.toContain('NaN');
	});
});
