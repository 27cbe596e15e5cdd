import { ESLint } from 'eslint';
import { describe, expect, test } from 'vitest';

const eslint = new ESLint({
	// A snippet belongs to no TypeScript project, so only rules that need no types look at it.
	overrideConfig: [
		{
			files: ['src/**/*.ts', 'src/**/*.svelte'],
			languageOptions: { parserOptions: { projectService: false, project: null } }
		}
	],
	ruleFilter: ({ ruleId }) =>
		[
			'no-restricted-imports',
			'no-restricted-syntax',
			'no-restricted-properties',
			'house/length'
		].includes(ruleId)
});

/** What the linter says of a file with this code. */
async function complaints(filePath: string, code: string): Promise<string[]> {
	const [result] = await eslint.lintText(code, { filePath });
	return (result?.messages ?? []).map(({ message }) => message);
}

describe('the floors', () => {
	test.each([
		['math', `import { forward } from '$lib/model/forward';`, /math may import only math/],
		['protocol', `import type { Task } from '$lib/tasks/task';`, /protocol may import only/],
		['views', `import { Lab } from '$lib/lab/lab.svelte';`, /views may import only/],
		['views', `import * as tf from '@tensorflow/tfjs-core';`, /Tensors stay in/],
		['kernels', `import { scaleLinear } from 'd3-scale';`, /Drawing stays in/],
		[
			'kernels',
			`import type { ModelConfig } from '$lib/protocol/config';`,
			/kernels may import only/
		],
		['model', `import { base } from '$app/paths';`, /Drawing stays in/],
		['engine', `export * from '../train/step';`, /Cross a folder with \$lib/],
		['lab', `export const load = () => import('$lib/engine/session');`, /lab may import only/],
		[
			'lab',
			`export const url = new URL('$lib/engine/engine.worker.ts', import.meta.url);`,
			/lab may import only/
		],
		[
			'lab',
			`export const url = new URL('../engine/engine.worker.ts', import.meta.url);`,
			/Cross a folder/
		],
		['math', `export type Tensor = import('@tensorflow/tfjs-core').Tensor;`, /Tensors stay in/]
	])('refuse in %s: %s', async (floor, code, message) => {
		const found = await complaints(`src/lib/${floor}/probe.ts`, code);
		expect(found).toHaveLength(1);
		expect(found[0]).toMatch(message);
	});

	test.each([
		['model', `import { attentionMask } from '$lib/math/attention';`],
		['train', `import * as tf from '@tensorflow/tfjs-core';`],
		['lab', `import { tick } from 'svelte';`],
		['views', `import { scaleBand } from 'd3-scale';`],
		['engine', `export const url = new URL('./engine.worker.ts', import.meta.url);`]
	])('let %s import what lies below: %s', async (floor, code) => {
		expect(await complaints(`src/lib/${floor}/probe.ts`, code)).toEqual([]);
	});

	test('hold in components', async () => {
		const code = `<script lang="ts">\n\timport { taskOf } from '$lib/tasks';\n</script>\n`;
		expect(await complaints('src/lib/views/Probe.svelte', code)).toEqual([
			expect.stringMatching(/views may import only/)
		]);
	});

	test('hide the model from pages, but let them hand the worker to the lab', async () => {
		const page = 'src/routes/probe.ts';
		expect(await complaints(page, `import '$lib/train/step';`)).toEqual([
			expect.stringMatching(/only through the lab/)
		]);
		expect(
			await complaints(page, `import Engine from '$lib/engine/engine.worker?worker';`)
		).toEqual([]);
	});
});

describe('the linter', () => {
	test('lets only protocol/messages post messages', async () => {
		const code = 'export const send = (port: Worker) => port.postMessage({ type: 1 });';
		expect(await complaints('src/lib/lab/probe.ts', code)).toHaveLength(1);
		expect(await complaints('src/lib/protocol/messages.ts', code)).toEqual([]);
	});

	test('refuses Math.random, and no comment switches that off', async () => {
		const code = '// eslint-disable-next-line\nexport const draw = () => Math.random();';
		expect(await complaints('src/lib/math/probe.ts', code)).toEqual([
			expect.stringContaining('has no effect'),
			expect.stringContaining('Use random(seed, stream)')
		]);
	});

	test('refuses colours that are no variables', async () => {
		const code = `<rect fill="#0866ff" />\n<style>\n\trect {\n\t\tstroke: #fff;\n\t}\n</style>\n`;
		expect(await complaints('src/lib/views/Probe.svelte', code)).toHaveLength(2);
	});

	test('refuses a file of more than 300 lines unless its head gives a reason', async () => {
		const lines = Array.from({ length: 301 }, (_, i) => `export const n${i} = ${i};`).join('\n');
		const path = 'src/lib/math/probe.ts';
		expect(await complaints(path, lines)).toEqual([
			expect.stringMatching(/^301 lines, 300 at most/)
		]);
		expect(await complaints(path, `/** Long because it is a table. */\n${lines}`)).toEqual([]);
	});

	test('refuses a component of more than 150 lines and a function of more than 40', async () => {
		const component = '<p>line</p>\n'.repeat(151);
		expect(await complaints('src/lib/views/Probe.svelte', component)).toHaveLength(1);
		const body = '\tcount += 1;\n'.repeat(39);
		const code = `export function add(count: number): number {\n${body}\treturn count;\n}\n`;
		expect(await complaints('src/lib/math/probe.ts', code)).toEqual([
			expect.stringMatching(/42 lines, 40 at most/)
		]);
	});
});
