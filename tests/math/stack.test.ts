import { describe, expect, test } from 'vitest';
import { attentionMask } from '$lib/math/attention';
import { movedLayer, stackMasks, stackScopes, turned } from '$lib/math/stack';

describe('a stack of layers in letters', () => {
	test('says how far each layer looks', () => {
		expect(stackScopes('csg', 4)).toEqual([
			{ kind: 'chunked', chunk: 4 },
			{ kind: 'sliding', chunk: 4 },
			{ kind: 'global' }
		]);
	});

	test('has one mask per kind, shared by its layers', () => {
		const masks = stackMasks('ccg', 2, 5);
		expect(masks[0]).toBe(masks[1]);
		expect(masks[0]).toEqual(attentionMask(5, { kind: 'chunked', chunk: 2 }));
		expect(masks[2]).toEqual(attentionMask(5, { kind: 'global' }));
	});

	test('turns a layer through the kinds on offer, and round again', () => {
		expect(turned('cccg', 3, 'cg')).toBe('cccc');
		expect(turned('cccc', 0, 'cgs')).toBe('gccc');
		expect(turned('gccc', 0, 'cgs')).toBe('sccc');
		expect(turned('sccc', 0, 'cgs')).toBe('cccc');
	});

	test('moves a layer up and down, and stays as it is for a layer that is not there', () => {
		expect(movedLayer('cccg', 3, 0)).toBe('gccc');
		expect(movedLayer('gccs', 0, 2)).toBe('ccgs');
		expect(movedLayer('cg', 5, 0)).toBe('cg');
	});
});
