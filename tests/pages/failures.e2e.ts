/** What goes wrong with the engine costs a learner nothing but a sentence, in every lesson. */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { ready, visit, waitForEngine, walk, type Visit } from './browser';

interface Case {
	id: string;
	/** Step with a prediction and a run, and with something that the learner has set. */
	run: string;
	/** A picture that the engine computes, and how its line under the figure begins then. */
	live: string;
	told: string;
	/** What asks for another such picture, and what is there only once it is computed. */
	ask?: string;
	answer?: string;
}

const CASES: readonly Case[] = [
	{
		id: 'chunked-attention',
		run: 'step=7&stack=ccgc',
		live: 'step=4&stack=ccgc',
		told: 'Loss measured live',
		ask: 'button.kind >> nth=0',
		answer: 'figcaption:has-text("Loss measured live")'
	},
	{
		id: 'irope',
		run: 'step=6&swap=11',
		live: 'step=4&moment=5&swap=11',
		told: 'Live: scout-toy',
		ask: 'button[title$="position 5"]',
		answer: 'figcaption:has-text("Live: scout-toy")'
	},
	{
		id: 'nope-temperature',
		run: 'step=7&rule=multiply',
		live: 'step=5&rule=multiply',
		told: 'Live: scout-toy',
		ask: 'button:has-text("add (not Llama 4)")',
		answer: '.verdict:has-text("added to every score")'
	},
	{
		id: 'router',
		run: 'step=6&off=E',
		live: 'step=4&off=E',
		told: 'Live: scout-toy',
		ask: '[aria-label="silence shared"]',
		answer: 'figcaption:not(:has-text("recorded too"))'
	},
	{ id: 'co-distillation', run: 'step=5&noise=0.5', live: 'step=7&noise=0.5', told: 'Recorded' }
];

const caption = (page: Page) => page.locator('.figure figcaption').first();
const status = (page: Page) => page.locator('.prediction [role="status"]');
const runButton = (page: Page) => page.locator('.words [data-control="run"] .primary');
const notice = (page: Page) => page.locator('main > header .notice');

/** Answers what the step asks. */
async function predict(page: Page): Promise<void> {
	const field = page.locator('.prediction :is(input, [role="slider"])').first();
	await field.focus();
	const type = await field.getAttribute('type');
	if (type === 'radio') await page.keyboard.press('Space');
	else if (type === null)
		for (const key of ['ArrowUp', 'ArrowRight', 'ArrowUp']) await page.keyboard.press(key); // prettier-ignore
	else await page.keyboard.type('1');
	await page.click('.prediction button:has-text("Commit")');
	await status(page).filter({ hasText: 'Now run it' }).waitFor();
}

/** Goes to another place of the open lesson by the bar of steps. */
async function goTo(page: Page, query: string): Promise<void> {
	const asked = new URLSearchParams(query);
	const step = Number(asked.get('step'));
	await page.locator('nav[aria-label="Steps of the lesson"] li button').nth(step - 1).click(); // prettier-ignore
	await page.waitForSelector(`nav .count:has-text("Step ${step} ")`);
	for (let moment = 1; moment < Number(asked.get('moment') ?? 1); moment++) {
		await page.locator('nav .primary').click();
	}
}

/** What the link keeps of what the learner has set: all but the place. */
function setIn(page: Page): string {
	const { searchParams } = new URL(page.url());
	return [...searchParams].filter(([name]) => !['step', 'moment'].includes(name)).join('&');
}

describe('without any engine', () => {
	/** A browser that starts no background thread. */
	const threadless: Visit = {
		before: () => Reflect.deleteProperty(globalThis, 'Worker'),
		expected: /Worker/
	};

	test.each(CASES)('$id says so, and is walked on recorded data', async ({ id, run }) => {
		const page = await visit(`lessons/${id}/?${run}`, threadless);
		await waitForEngine(page, ['failed']);
		await notice(page).filter({ hasText: 'so nothing can be computed here' }).waitFor();
		await predict(page);
		expect(await runButton(page).isDisabled()).toBe(true);
		const before = setIn(page);
		await page.reload();
		await waitForEngine(page, ['failed']);
		await status(page).filter({ hasText: 'Now run it' }).waitFor();
		expect(setIn(page)).toBe(before);
		await page.locator('h1').click();
		await page.keyboard.press('Home');
		await walk(page, async (place) => {
			const origin = await caption(page).textContent();
			expect(origin, place).toMatch(/[Rr]ecorded|[Rr]ule|[Ff]ormula|Computed here/);
			expect(origin, place).not.toMatch(/[Ll]ive|[Ww]ait/);
			expect(await page.textContent('.figure'), place).not.toMatch(/NaN|undefined/);
			const { height } = (await page.locator('.figure').boundingBox())!;
			expect(height, place).toBeGreaterThan(150);
		});
	});
});

describe('without WebAssembly and graphics', () => {
	test.each(CASES)('$id computes in plain JavaScript, and says so', async ({ id, live, told }) => {
		const page = await visit(`lessons/${id}/?${live}`, { before: bareWorkers });
		await waitForEngine(page, ['ready']);
		expect(await page.getAttribute('html', 'data-backend')).toBe('cpu');
		expect(await page.textContent('header')).toContain('Plain JavaScript computes');
		await caption(page).filter({ hasText: told }).waitFor();
	});
});

describe('an engine that dies in a run', () => {
	test.each(CASES)('is replaced in $id, and the run can be made again', async ({ id, run }) => {
		const page = await ready(`lessons/${id}/?${run}`, { expected: /staged/ });
		await predict(page);
		await runButton(page).click();
		await isRunning(page);
		await page.workers()[0]?.evaluate(() => {
			setTimeout(() => {
				throw new Error('staged');
			}, 0);
		});
		await page.locator('.words', { hasText: 'please run it again' }).waitFor();
		await notice(page).filter({ hasText: 'The engine stopped and was started again' }).waitFor();
		await waitForEngine(page, ['ready']);
		expect(await status(page).textContent()).toContain('so this stands');
		await runButton(page).click();
		await isRunning(page);
		await notice(page).locator('button:has-text("Understood")').click();
		expect(await notice(page).count()).toBe(0);
	});
});

describe('a lost graphics context', () => {
	test.each(CASES)(
		'costs nothing but a sentence in $id',
		async ({ id, run, live, told, ...more }) => {
			const page = await visit(`lessons/${id}/?${run}&backend=webgl`, { before: holdContexts });
			await waitForEngine(page, ['ready']);
			await predict(page);
			await goTo(page, live);
			await caption(page).filter({ hasText: told }).waitFor();
			const before = [await page.textContent('nav .count'), setIn(page)];
			await page.workers()[0]?.evaluate(() => {
				const { contexts } = globalThis as unknown as { contexts: WebGL2RenderingContext[] };
				for (const context of contexts) context.getExtension('WEBGL_lose_context')?.loseContext();
			});
			await notice(page).filter({ hasText: 'The engine stopped and was started again' }).waitFor();
			await waitForEngine(page, ['ready']);
			expect([await page.textContent('nav .count'), setIn(page)]).toEqual(before);
			if (more.ask) await page.click(`.stage ${more.ask}`);
			if (more.answer) await page.waitForSelector(`.figure ${more.answer}`);
			await goTo(page, run);
			await status(page).filter({ hasText: 'Now run it' }).waitFor();
			await runButton(page).click();
			await isRunning(page);
		}
	);
});

describe('a second tab', () => {
	test.each(CASES)(
		'of $id computes too, and hears of predictions',
		async ({ id, run, live, told }) => {
			const page = await ready(`lessons/${id}/?${run}`);
			const other = await ready(`lessons/${id}/?${run}`, { beside: page });
			await predict(page);
			await status(other).filter({ hasText: 'Now run it' }).waitFor();
			for (const tab of [other, page]) {
				await goTo(tab, live);
				await caption(tab).filter({ hasText: told }).waitFor();
				await goTo(tab, run);
				await runButton(tab).click();
				await isRunning(tab);
			}
		}
	);
});

/** Waits until the run has made a step. */
const isRunning = (page: Page) =>
	page.waitForFunction(() => (document.querySelector('progress')?.value ?? 0) > 0.01);

/** Starts workers that have neither WebAssembly nor a graphics context. */
function bareWorkers(): void {
	const words = `delete globalThis.WebAssembly; OffscreenCanvas.prototype.getContext = () => null;`;
	const address = (code: string) =>
		URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
	const Plain = Worker;
	globalThis.Worker = class extends Plain {
		constructor(url: string | URL, options?: WorkerOptions) {
			super(
				address(`import '${address(words)}'; import '${new URL(url, location.href)}';`),
				options
			);
		}
	};
}

/** Lets a test reach the graphics contexts of a worker: it is started with a few words before its own. */
function holdContexts(): void {
	const words = `globalThis.contexts = [];
		const plain = OffscreenCanvas.prototype.getContext;
		OffscreenCanvas.prototype.getContext = function (...asked) {
			const context = plain.apply(this, asked);
			if (context) globalThis.contexts.push(context);
			return context;
		};`;
	const address = (code: string) =>
		URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
	const Plain = Worker;
	globalThis.Worker = class extends Plain {
		constructor(url: string | URL, options?: WorkerOptions) {
			super(
				address(`import '${address(words)}'; import '${new URL(url, location.href)}';`),
				options
			);
		}
	};
}
