import { expect, test } from 'vitest';
import { recordRipples } from '../../scripts/lessons/irope';
import recorded from '../../src/routes/lessons/irope/recorded.json';
import { expectClose, useBackend } from '../tensors';

test('the recorded ripples are those of the toy', async () => {
	await useBackend('wasm');
	const { ripples } = await recordRipples();
	expect(ripples).toHaveLength(recorded.ripples.length);
	expectClose(ripples.flat(2), recorded.ripples.flat(2), 1e-3);
	// Nobody before the change of places can notice it.
	recorded.ripples.forEach((rows, swap) => {
		for (const row of rows) expect(row.slice(0, swap).every((change) => change === 0)).toBe(true);
	});
});
