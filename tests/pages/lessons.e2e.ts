import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { barriers, ready, SCHEMES, visit, waitForEngine } from './browser';

/** The frame is the same for all; this lesson stands for them. */
const LESSON = 'lessons/chunked-attention/';

const place = (page: Page) => page.locator('nav[aria-label="Steps of the lesson"] .count');

/** Opens a lesson and waits until its scripts hear keys: the prerendered page is there before. */
async function open(
	query = '',
	options: Parameters<typeof visit>[1] = {},
	lesson = LESSON
): Promise<Page> {
	const page = await visit(`${lesson}${query}`, options);
	await page.waitForSelector('html:not([data-engine="idle"])', { state: 'attached' });
	return page;
}

describe('the index of lessons', () => {
	test('leads to every lesson and to its text, and back', async () => {
		const page = await visit('');
		await page.click('header >> text=Lessons');
		await page.waitForSelector('h1:has-text("Lessons")');
		expect(await page.locator('main ol > li').count()).toBeGreaterThan(1);
		const texts = await page.locator('main .text').evaluateAll((links) => links.length);
		expect(texts).toBe(await page.locator('main ol > li').count());
		await page.locator('main h2 a').first().click();
		await page.waitForSelector('nav[aria-label="Steps of the lesson"]');
	});

	test('keeps what was predicted, and forgets it when asked', async () => {
		const page = await visit('lessons/');
		await page.waitForSelector('text=None yet');
		await page.evaluate(() => {
			const made = { lesson: 'router', name: 'gate', question: 'How *much*?', guess: 0.5 };
			const result = { measured: 0.23, found: '0.23', isRight: false };
			const kept = JSON.stringify([{ ...made, said: '0.50', result }]);
			localStorage.setItem('llamascope-predictions', kept);
		});
		await page.reload();
		await page.waitForSelector('text=You said 0.50; measured: 0.23');
		expect(await page.textContent('#record ~ ul')).toContain('How much?');
		await page.click('text=Forget them all');
		await page.waitForSelector('text=None yet');
	});

	test.each(SCHEMES)('has no barrier that axe knows, %s', async (colorScheme) => {
		expect(await barriers(await visit('lessons/', { colorScheme }))).toEqual([]);
	});
});

describe('the frame of a lesson', () => {
	test('hears its keys, and leaves them alone where they mean something else', async () => {
		const page = await open();
		const first = await place(page).textContent();
		await page.keyboard.press('ArrowRight');
		expect(await place(page).textContent()).not.toBe(first);
		await page.keyboard.press('Home');
		expect(await place(page).textContent()).toBe(first);
		await page.locator('nav[aria-label="Steps of the lesson"] li button').nth(2).focus();
		await page.keyboard.press('Space');
		expect(await place(page).textContent()).toContain('Step 3');
		await page.keyboard.press('PageDown');
		expect(await place(page).textContent()).toContain('Step 3');
		await page.keyboard.press('?');
		expect(await page.locator('dialog[open]').textContent()).toContain('PageDown');
		await page.keyboard.press('Escape');
		expect(await page.locator('dialog[open]').count()).toBe(0);
	});

	test('keeps its place in the link, and finds it again', async () => {
		const page = await open();
		await page.locator('nav[aria-label="Steps of the lesson"] li button').nth(1).click();
		await page.waitForURL(/step=2/);
		const said = await place(page).textContent();
		await page.reload();
		await page.waitForSelector('nav .count:has-text("Step 2")');
		expect(await place(page).textContent()).toBe(said);
	});

	test('opens a definition in the text and closes it with Escape', async () => {
		const page = await open('?step=2');
		const term = page.locator('.words button[popovertarget]').first();
		await term.focus();
		await page.keyboard.press('Enter');
		await page.waitForSelector('.definition:popover-open');
		await page.keyboard.press('Escape');
		expect(await page.locator('.definition:popover-open').count()).toBe(0);
	});

	test('reads the step out after a move', async () => {
		const page = await open();
		await page.keyboard.press('ArrowRight');
		await page.waitForFunction(() =>
			[...document.querySelectorAll('[aria-live="polite"]')].some((live) =>
				/Step \d of|\d of \d/.test(live.textContent ?? '')
			)
		);
	});

	test('shows a class the figure and nothing else, and hears a clicker', async () => {
		const page = await open('?step=2');
		await page.keyboard.press('p');
		await page.waitForURL(/present=1/);
		expect(await page.locator('header >> text=Llamascope').count()).toBe(0);
		expect(await page.locator('#honesty').count()).toBe(0);
		const before = await place(page).textContent();
		await page.keyboard.press('PageDown');
		expect(await place(page).textContent()).not.toBe(before);
		await page.keyboard.press('PageUp');
		expect(await place(page).textContent()).toBe(before);
		await page.keyboard.press('Escape');
		await page.waitForSelector('header >> text=Llamascope');
	});
});

describe('what goes wrong', () => {
	/** A lesson with a figure that is computed, and a run. */
	const ROUTER = 'lessons/router/';
	const FIGURE = '.figure figcaption:has-text("Live: ")';
	const proof = (page: Page) => page.locator('[aria-label="Proof"]');

	/** Opens the step with the twins, predicts, and starts the run. */
	async function running(options: Parameters<typeof visit>[1] = {}): Promise<Page> {
		const page = await ready(`${ROUTER}?step=6`, options);
		await page.locator('.prediction input[type="radio"]').first().check();
		await page.click('.prediction button:has-text("Commit")');
		await proof(page).locator('button:has-text("Run it")').click();
		await page.waitForFunction(() => (document.querySelector('progress')?.value ?? 0) > 0.01);
		return page;
	}

	test('a run that is stopped half-way measures nothing, and the prediction stays', async () => {
		const page = await running();
		await proof(page).locator('button:has-text("Stop")').click();
		await proof(page).locator('text=Stopped half-way').waitFor();
		expect(await proof(page).locator('svg[role="img"]').first().isVisible()).toBe(true);
		await page.reload();
		await page.waitForSelector('.prediction [role="status"]:has-text("Now run it")');
	});

	test('an engine that dies in a run is replaced, and the run can be made again', async () => {
		const page = await running({ expected: /staged/ });
		await page.workers()[0]?.evaluate(() => {
			setTimeout(() => {
				throw new Error('staged');
			}, 0);
		});
		await proof(page).locator('text=please run it again').waitFor();
		await page.waitForSelector('.notice:has-text("The engine stopped and was started again")');
		await waitForEngine(page, ['ready']);
		expect(await page.textContent('.prediction [role="status"]')).toContain('Now run it');
		await proof(page).locator('button:has-text("Run it")').click();
		await page.waitForFunction(() => (document.querySelector('progress')?.value ?? 0) > 0.01);
		await page.click('.notice button:has-text("Understood")');
		expect(await page.locator('.notice').count()).toBe(0);
	});

	test('a lost graphics context costs nothing but a sentence', async () => {
		const page = await visit(`${ROUTER}?step=2&moment=3&backend=webgl`, { before: holdContexts });
		await page.waitForSelector(FIGURE);
		const before = await page.textContent('nav .count');
		await page.workers()[0]?.evaluate(() => {
			const { contexts } = globalThis as unknown as { contexts: WebGL2RenderingContext[] };
			for (const context of contexts) context.getExtension('WEBGL_lose_context')?.loseContext();
		});
		await page.waitForSelector('.notice:has-text("The engine stopped and was started again")');
		await page.waitForSelector(`html[data-engine="ready"] ${FIGURE}`);
		expect(await page.textContent('nav .count')).toBe(before);
	});

	test('a second tab computes too, and hears of predictions made in the first', async () => {
		const page = await ready(`${ROUTER}?step=6`);
		const other = await ready(`${ROUTER}?step=6`, { beside: page });
		await page.locator('.prediction input[type="radio"]').first().check();
		await page.click('.prediction button:has-text("Commit")');
		await other.waitForSelector('.prediction [role="status"]:has-text("Now run it")');
		await other.keyboard.press('Home');
		await other.waitForSelector(FIGURE);
		await page.keyboard.press('Home');
		await page.waitForSelector(FIGURE);
	});
});

describe('the text of a lesson', () => {
	test('says the words of every step, without scripts', async () => {
		const lesson = await open();
		const steps = await lesson.locator('nav[aria-label="Steps of the lesson"] li').count();
		const page = await visit(`${LESSON}text/`, { javaScriptEnabled: false });
		expect(await page.locator('main section > h2').count()).toBe(steps + 1);
		expect(await page.locator('.picture').count()).toBe(steps);
		expect(await page.textContent('main')).not.toMatch(/To do|[Pp]ress|→/);
	});

	test('prints without the bar', async () => {
		const page = await visit(`${LESSON}text/`);
		await page.emulateMedia({ media: 'print' });
		expect(await page.locator('header').first().isVisible()).toBe(false);
	});
});

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
