/**
 * The figures of the router lesson as they stand still, before any script has run: what a reader without
 * scripts gets, kept so that no picture changes unseen.
 */
import { describe, expect, test } from 'vitest';
import { load } from '../../src/routes/lessons/router/+page.server';
import { CONTROLS, KEYS } from '../../src/routes/lessons/router/keys';
import { Office } from '../../src/routes/lessons/router/office.svelte';
import RouterFigure from '../../src/routes/lessons/router/RouterFigure.svelte';
import { lessonAt, still } from './still';

const data = load();

/** The figure that a link opens. */
function stillAt(link: string): string {
	const lesson = lessonAt(data.words, { controls: CONTROLS, keys: KEYS }, link);
	return still(RouterFigure, { lesson, office: new Office(data) });
}

describe('the still figures of the router lesson', () => {
	test.each([
		['the sentence before the first move', 'step=1'],
		['the last of the six moves', 'step=2&moment=6'],
		['the dial, turned by hand', 'step=3&moment=3&turn=0.5'],
		['the dial on the other side', 'step=3&moment=3&side=output'],
		['a silent expert', 'step=4&moment=2'],
		['what a silent expert takes along', 'step=5&moment=2'],
		['the frozen twin', 'step=6&moment=2'],
		['the layers of Scout and Maverick', 'step=8&moment=2']
	])('%s', (_name, link) => {
		expect(stillAt(link)).toMatchSnapshot();
	});

	test('keep back what is to be predicted', () => {
		expect(stillAt('step=3&moment=2')).toContain('<circle r="9">');
		expect(stillAt('step=3')).not.toContain('<circle r="9">');
		// Means over the seeds stand in the description: it comes with the next moment.
		const lost = /the router learns \d+ %/;
		expect(stillAt('step=5&moment=2')).toMatch(lost);
		expect(stillAt('step=5')).not.toMatch(lost);
		expect(stillAt('step=6')).not.toContain('loss at the facts 0');
		expect(stillAt('step=8')).not.toContain('4.3 %');
	});
});
