import { describe, expect, test } from 'vitest';
import { firstOnGpu } from '../../bench/graphics';
import { switchesFor, waysToGpu } from '../../scripts/chrome.mjs';

const SWIFTSHADER =
	'ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero)), SwiftShader driver)';
const LLVMPIPE = 'ANGLE (Mesa/X.org, llvmpipe (LLVM 15.0.6 256 bits), OpenGL ES 3.2)';
const PROCESSOR = 'ANGLE (NVIDIA Corporation, NVIDIA GeForce RTX 3060/PCIe/SSE2, OpenGL 4.5.0)';

/** Browsers that would draw so, by way; notes which were started and closed. */
function machine(renderers: Record<string, string>) {
	const [started, closed]: [string[], string[]] = [[], []];
	const start = (way: string) => {
		started.push(way);
		const browser = { close: () => Promise.resolve(void closed.push(way)) };
		return Promise.resolve({ browser, renderer: renderers[way] ?? '' });
	};
	return { start, started, closed };
}

describe('the switches of Chromium', () => {
	test('keep to a software renderer unless a graphics processor is asked for', () => {
		expect(switchesFor('software')).toContain('--use-angle=swiftshader');
		for (const platform of ['linux', 'darwin', 'win32'] as const) {
			for (const way of waysToGpu(platform)) {
				const switches = switchesFor(way);
				expect(switches).toContain('--enable-gpu');
				expect(switches.filter((name) => /swiftshader/.test(name))).toEqual([]);
			}
		}
	});

	test('reach a graphics processor on Linux without a screen, elsewhere as the system does', () => {
		expect(waysToGpu('linux')).toEqual(['vulkan', 'gl-egl']);
		expect(switchesFor('vulkan')).toContain('--use-angle=vulkan');
		expect(switchesFor('vulkan')).toContain('--disable-vulkan-surface');
		expect(switchesFor('gl-egl')).toContain('--use-angle=gl-egl');
		expect(waysToGpu('darwin')).toEqual(['default']);
	});
});

describe('a browser on the graphics processor', () => {
	test('is the first that draws there, and the others are closed', async () => {
		const { start, started, closed } = machine({ b: LLVMPIPE, c: PROCESSOR, d: PROCESSOR });
		const { renderer } = await firstOnGpu(['a', 'b', 'c', 'd'], start);
		expect(renderer).toBe(PROCESSOR);
		expect(started).toEqual(['a', 'b', 'c']);
		expect(closed).toEqual(['a', 'b']);
	});

	test('is refused where programs draw, and the sentence names them', async () => {
		const { start, closed } = machine({ a: SWIFTSHADER });
		await expect(firstOnGpu(['a', 'b'], start)).rejects.toThrow(
			`--gpu needs a graphics processor that Chromium reaches; here WebGL is drawn with a by “${SWIFTSHADER}”, with b by nothing.`
		);
		expect(closed).toEqual(['a', 'b']);
	});
});
