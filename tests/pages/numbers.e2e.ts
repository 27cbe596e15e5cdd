/** Numbers in live pictures are those of the recorded pass of the toy, worked out here by other means. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { attentionScale } from '$lib/math/attention';
import { softmax } from '$lib/math/softmax';
import { readHfConfig } from '$lib/protocol/hfConfig';
import { percent } from '$lib/views/words';
import { STRONG } from '../../src/routes/lessons/nope-temperature/state';
import { ready } from './browser';

const TOY = 'static/toys/scout-toy';
const read = (file: string): unknown => JSON.parse(readFileSync(`${TOY}/${file}`, 'utf8'));
const { config } = readHfConfig(read('config.json'));
const pass = read('trace.json') as {
	tokens: number[];
	recordings: { layer: number | null; point: string; shape: number[]; data: number[] }[];
};

/** What the pass holds at a point of a layer. */
function recordedAt(point: string, layer: number): number[] {
	const found = pass.recordings.find((one) => one.point === point && one.layer === layer);
	if (!found) throw new RangeError(`the recorded pass lacks ${point} of layer ${layer}`);
	return found.data;
}

const number = (text: string) => Number(text.replace('−', '-'));

describe('the weights of the query under a scale', () => {
	const size = pass.tokens.length;
	const layer = config.layers.findIndex(({ positions }) => positions === 'nope');
	const scaleOf = (attnScale: number) =>
		attentionScale(size - 1, { ...config.attentionScale!, attnScale });
	/** Scores of the last query in a head, as they would be without any scale. */
	const plainScores = (head: number) => {
		const start = (head * size + size - 1) * size;
		const scores = recordedAt('attention.scores', layer).slice(start, start + size);
		return scores.map((score) => score / scaleOf(config.attentionScale!.attnScale));
	};
	const RULES = {
		none: (score: number) => score,
		multiply: (score: number) => score * scaleOf(STRONG),
		add: (score: number) => score + scaleOf(STRONG)
	};
	const SAID = { none: 'No scale', multiply: 'Every score', add: 'added to every score' };

	test.each(Object.keys(RULES) as (keyof typeof RULES)[])('are drawn for %s', async (rule) => {
		const page = await ready(`lessons/nope-temperature/?step=5&rule=${rule}`);
		await page.waitForSelector('figcaption:has-text("Live: scout-toy")');
		await page.waitForSelector(`.figure .verdict:has-text("${SAID[rule]}")`);
		for (let head = 0; head < config.heads; head++) {
			await page.locator('.figure [data-control="head"] button').nth(head).click();
			const scores = plainScores(head).map(RULES[rule]);
			const weights = softmax(scores);
			const rows = page.locator('.figure ul[aria-label^="Weight of each key"] li');
			const drawn = await rows.evaluateAll((items) =>
				items.map((item) => ({
					score: item.querySelector('.score')?.textContent ?? '',
					share: item.querySelector('.share')?.textContent ?? '',
					width: parseFloat(item.querySelector<HTMLElement>('.bar')?.style.width ?? '')
				}))
			);
			expect(drawn).toHaveLength(size);
			for (const [key, { score, share, width }] of drawn.entries()) {
				const weight = 100 * (weights[key] ?? NaN);
				// Two digits are shown; the recorded pass has four, which the scale enlarges too.
				expect(Math.abs(number(score) - (scores[key] ?? NaN))).toBeLessThan(0.012);
				expect(Math.abs(width - weight)).toBeLessThan(0.1);
				expect(share).toBe(percent(width / 100));
			}
		}
	});
});

describe('the sorting office', () => {
	const logits = recordedAt('router.logits', 0);
	const { experts } = config;
	const rows = pass.tokens.map((_, token) => logits.slice(token * experts, (token + 1) * experts));
	const winners = rows.map((row) => row.indexOf(Math.max(...row)));
	const gates = rows.map((row) => 1 / (1 + Math.exp(-Math.max(...row))));
	const isNear = (shown: string[], known: number[], most: number) => {
		expect(shown).toHaveLength(known.length);
		for (const [i, text] of shown.entries()) {
			expect(Math.abs(number(text) - (known[i] ?? NaN))).toBeLessThan(most);
		}
	};

	/** Opens a moment and waits until the engine has computed what it shows. */
	async function open(query: string): Promise<Page> {
		const page = await ready(`lessons/router/?${query}`);
		await page.waitForSelector('.figure figcaption:has-text("Live: ")');
		return page;
	}

	/** Expert and gate of each token as the lanes tell them. */
	async function hasLanes(page: Page): Promise<void> {
		const lanes = page.locator('.figure section[aria-label="Lanes"] svg[role="img"]');
		const told = [...((await lanes.getAttribute('aria-label')) ?? '').matchAll(/goes to (\w) with gate (\d\.\d+)/g)]; // prettier-ignore
		expect(told.map(([, letter = '']) => letter.charCodeAt(0) - 65)).toEqual(winners);
		isNear(told.map(([, , gate = '']) => gate), gates, 0.006); // prettier-ignore
	}

	test('sends each token to the expert with its largest score', async () => {
		await hasLanes(await open('step=1'));
	});

	test.each([1, 2, 3, 4, 5, 6])('shows scores, winners and gates at moment %d', async (moment) => {
		const page = await open(`step=2&moment=${moment}`);
		const scores = page.locator('.figure section[aria-label="Scores"]');
		const written = await scores.locator('[role="grid"] .picture span').allTextContents();
		const turned = Array.from({ length: logits.length }, (_, i) => {
			const [expert, token] = [Math.floor(i / rows.length), i % rows.length];
			return { isOut: moment > 1 && winners[token] !== expert, logit: rows[token]![expert]! };
		});
		expect(written.map((text) => text === '−∞')).toEqual(turned.map(({ isOut }) => isOut));
		const left = turned.flatMap(({ isOut, logit }) => (isOut ? [] : [logit]));
		isNear(written.filter((text) => text !== '−∞'), left, 0.06); // prettier-ignore
		const boxes = await scores.locator('.winner').evaluateAll((all) =>
			(all as HTMLElement[])
				.map(({ style }) => ({
					token: Math.round(parseFloat(style.left) / parseFloat(style.width)),
					expert: parseFloat(style.top) / parseFloat(style.height)
				}))
				.sort((a, b) => a.token - b.token)
		);
		const boxed = (moment > 1 ? winners : []).map((expert, token) => ({ token, expert }));
		expect(boxes).toEqual(boxed);
		const dials = scores.locator('.dial:not(.hidden) .value');
		isNear(await dials.allTextContents(), moment > 2 ? gates : [], 0.006);
		await hasLanes(page);
	});
});
