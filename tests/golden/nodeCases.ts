import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readCase } from '../../scripts/golden/case';
import { compareCase } from '../../scripts/golden/compare';
import { findCases } from '../../scripts/golden/folders';
import { expectNoLeak, useBackend } from '../tensors';

/** One test per case of this folder, on a backend of Node. */
export function testCases(backend: 'cpu' | 'wasm'): void {
	const { cases } = findCases(fileURLToPath(new URL('.', import.meta.url)));
	test.each(cases)(
		'$name is what the reference computed',
		async (golden) => {
			await useBackend(backend);
			await expectNoLeak(async () => {
				const rows = await compareCase(readCase(golden));
				expect(rows.length).toBeGreaterThan(5);
				expect(rows.filter(({ isWithin }) => !isWithin)).toEqual([]);
			});
		},
		60_000
	);
}
