import { describe, expect, test } from 'vitest';
import { Predictions, readRecord } from '$lib/lab/predictions.svelte';

/** A storage in memory; `full` refuses to write. */
function keeper(full = false) {
	const kept = new Map<string, string>();
	return {
		getItem: (key: string) => kept.get(key) ?? null,
		setItem: (key: string, text: string) => {
			if (full) throw new DOMException('full', 'QuotaExceededError');
			kept.set(key, text);
		},
		removeItem: (key: string) => void kept.delete(key)
	};
}
const guess = { name: 'gate', question: 'How much?', guess: 0.5, said: '0.50' };
const result = { measured: 0.23, found: '0.23', isRight: false, why: 'It reads twice.' };

describe('predictions', () => {
	test('are kept in the browser and found again, with what was measured', () => {
		const storage = keeper();
		const router = new Predictions('router');
		router.keepIn(storage);
		router.commit(guess);
		router.judge('gate', result);
		const later = new Predictions('router');
		later.keepIn(storage);
		expect(later.of('gate')).toEqual({ ...guess, lesson: 'router', result });
		expect(new Predictions('irope').of('gate')).toBeNull();
	});

	test('are judged only after they were made', () => {
		const router = new Predictions('router');
		router.judge('gate', result);
		expect(router.made).toEqual([]);
	});

	test('are judged once, by the first answer after them', () => {
		const router = new Predictions('router');
		router.commit(guess);
		router.judge('gate', result);
		router.judge('gate', { ...result, measured: 0.5, isRight: true });
		expect(router.of('gate')?.result).toEqual(result);
	});

	test('are not taken once the answer was seen without one', () => {
		const router = new Predictions('router');
		router.waive('gate');
		router.commit(guess);
		expect(router.of('gate')).toBeNull();
		expect([router.isWaived('gate'), router.isSettled('gate')]).toEqual([true, true]);
		expect(router.isSettled('lane')).toBe(false);
		router.forget('gate');
		router.commit(guess);
		expect(router.of('gate')?.guess).toBe(0.5);
	});

	test('that were made before the answer are not waived by it', () => {
		const router = new Predictions('router');
		router.commit(guess);
		router.waive('gate');
		expect(router.isWaived('gate')).toBe(false);
		router.forget('gate');
		router.commit({ ...guess, guess: 0.7 });
		expect(router.of('gate')?.guess).toBe(0.7);
	});

	test('stand once their run has begun, whether it came to its end or not, and after a reload', () => {
		const storage = keeper();
		const router = new Predictions('router');
		router.keepIn(storage);
		router.commit(guess);
		router.hold('gate');
		router.commit({ ...guess, guess: 0.23 });
		expect(router.of('gate')?.guess).toBe(0.5);
		const later = new Predictions('router');
		later.keepIn(storage);
		later.commit({ ...guess, guess: 0.23 });
		later.judge('gate', result);
		expect(later.of('gate')).toMatchObject({ guess: 0.5, isHeld: true, result });
	});

	test('are not taken once a run has begun without one', () => {
		const router = new Predictions('router');
		router.hold('gate');
		router.commit(guess);
		expect(router.of('gate')).toBeNull();
		expect(router.isWaived('gate')).toBe(true);
	});

	test('of two tabs end in one record', () => {
		const storage = keeper();
		const [here, there] = [new Predictions('router'), new Predictions('irope')];
		here.keepIn(storage);
		there.keepIn(storage);
		here.commit(guess);
		there.commit({ ...guess, name: 'turn' });
		expect(there.made.map(({ lesson, name }) => `${lesson}.${name}`)).toEqual([
			'router.gate',
			'irope.turn'
		]);
	});

	test('can be taken back, one and all', () => {
		const storage = keeper();
		const router = new Predictions('router');
		router.keepIn(storage);
		router.commit(guess);
		router.commit({ ...guess, guess: 0.7, said: '0.70' });
		expect(router.made).toHaveLength(1);
		router.forget('gate');
		expect(router.of('gate')).toBeNull();
		router.commit(guess);
		router.clear();
		expect(readRecord(storage.getItem('llamascope-predictions'))).toEqual([]);
	});

	test('last as long as the page without storage, or with a full one', () => {
		for (const storage of [null, keeper(true)]) {
			const router = new Predictions('router');
			router.keepIn(storage);
			router.commit(guess);
			router.commit({ ...guess, name: 'lane' });
			router.judge('gate', result);
			expect(router.isKept).toBe(false);
			expect(router.made).toHaveLength(2);
			expect(router.of('gate')?.result).toEqual(result);
		}
	});
});

describe('a kept record', () => {
	test('that is broken gives what is whole in it', () => {
		const whole = { ...guess, lesson: 'router', result: null };
		const odd = { ...whole, result: { ...result, why: 7 } };
		const broken = [
			whole,
			7,
			null,
			{ ...whole, guess: null },
			{ ...whole, result: { found: 1 } },
			odd
		];
		expect(readRecord(JSON.stringify(broken))).toEqual([whole]);
		for (const text of [null, '', '{', '3', '{"a":1}']) expect(readRecord(text)).toEqual([]);
	});
});
