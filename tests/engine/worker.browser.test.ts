import { afterEach, describe, expect, test } from 'vitest';
import { Wire } from '$lib/lab/wire';
import type { Reply } from '$lib/protocol/messages';
import { INITIAL_SETTINGS } from '$lib/protocol/settings';
import { ALL_POINTS } from '$lib/lab/options';

/** Small enough for WebGL as a program, which takes seconds for a step of the default toy. */
const SMALL = { ...INITIAL_SETTINGS, layers: 1, width: 8, headWidth: 2, experts: 2, batch: 2 };

const wires: Wire[] = [];
afterEach(() => wires.splice(0).forEach((wire) => wire.close()));

function startWorker(): Worker {
	return new Worker(new URL('../../src/lib/engine/engine.worker.ts', import.meta.url), {
		type: 'module'
	});
}

/** A real worker on its wire. */
function engine(onreply: (reply: Reply) => void = () => undefined): Wire {
	const wire = new Wire(startWorker(), onreply, (words) => onreply({ type: 'lost', message: words } as Reply)); // prettier-ignore
	wires.push(wire);
	return wire;
}

let tabs = 0;
const boot = (backend: string | null) => ({
	...({ type: 'boot', backend, allowWebgl: true } as const),
	tab: `test-${performance.timeOrigin}-${tabs++}`
});

describe('the engine in a real worker', () => {
	test('runs on WebAssembly where WebGL is a program, and says so', async () => {
		const booted = await engine().ask(boot(null));
		expect(booted).toMatchObject({
			type: 'booted',
			backend: { name: 'wasm', threads: 1 },
			note: ''
		});
	});

	test.each(['webgl', 'wasm', 'cpu'] as const)(
		'runs on %s when asked to',
		async (name) => {
			const wire = engine();
			const booted = await wire.ask(boot(name));
			expect(booted).toMatchObject({ type: 'booted', backend: { name } });
			const source = { task: 'tales', text: null };
			const opened = await wire.ask({
				...({ type: 'build', settings: SMALL, source, name: 'new model' } as const),
				config: null
			});
			expect(opened).toMatchObject({ type: 'opened' });
			const tokens = Int32Array.of(1, 2, 3, 4, 5, 6);
			const pass = { tokens, points: ALL_POINTS, interventions: [], chunk: null };
			const traced = await wire.ask({ type: 'forward', pass });
			expect(traced).toMatchObject({ type: 'trace', trace: { step: 0 } });
			const stopped = await wire.ask({ type: 'train', steps: 2, follow: true });
			expect(stopped).toMatchObject({ type: 'stopped', step: 2, why: 'done' });
		},
		60_000
	);

	test('says that there is no such backend, and runs on the best', async () => {
		const booted = await engine().ask(boot('abacus'));
		expect(booted).toMatchObject({ backend: { name: 'wasm' } });
		expect(booted).toMatchObject({ note: expect.stringMatching(/no backend “abacus”/) as string });
	});
});
