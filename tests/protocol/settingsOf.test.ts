import { describe, expect, test } from 'vitest';
import { INITIAL_SETTINGS, modelConfig } from '$lib/protocol/settings';
import { settingsOf } from '$lib/protocol/settingsOf';

describe('settingsOf', () => {
	test.each([
		['the defaults', {}],
		['Maverick', { layers: 8, moeEvery: 2, experts: 16, qkNorm: 0, ropeFactor: 1, chunk: 4 }],
		['variants', { gate: 1, router: 1, scale: 1, pattern: 1, tied: 1, nopeEvery: 2 }]
	])('gives back the settings of a model: %s', (_what, changes) => {
		const settings = { ...INITIAL_SETTINGS, ...changes };
		const config = modelConfig(settings, 128);
		expect(modelConfig(settingsOf(config, INITIAL_SETTINGS), 128)).toEqual(config);
	});

	test('goes to the nearest value where no setting can say it, and keeps how the model is trained', () => {
		const config = { ...modelConfig(INITIAL_SETTINGS, 128), width: 5120, attentionScale: null };
		const base = { ...INITIAL_SETTINGS, batch: 3 };
		const settings = settingsOf(config, base);
		expect(settings).toMatchObject({ width: 256, attnScale: 0, batch: 3 });
	});
});
