import { describe, expect, test } from 'vitest';
import { random } from '$lib/math/random';
import { taskOf, TASK_IDS } from '$lib/tasks';
import { entropy } from '$lib/tasks/generator';

const LENGTH = 32;
const lawful = TASK_IDS.filter((id) => id !== 'text').map((id) => taskOf(id));

/** −log law of every token from the second on, and the entropy before it, one mean per sequence. */
function measure(id: string, count: number): { surprise: number[]; entropies: number[] } {
	const task = taskOf(id);
	const source = random(11);
	const surprise: number[] = [];
	const entropies: number[] = [];
	for (let n = 0; n < count; n++) {
		const { tokens } = task.sample(source, LENGTH);
		let sum = 0;
		let entropySum = 0;
		for (let t = 1; t < LENGTH; t++) {
			const law = task.law(tokens.subarray(0, t))!;
			sum -= Math.log(law[tokens[t]!]!);
			entropySum += entropy(law);
		}
		surprise.push(sum / (LENGTH - 1));
		entropies.push(entropySum / (LENGTH - 1));
	}
	return { surprise, entropies };
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const standardError = (values: readonly number[]) => {
	const middle = mean(values);
	return Math.sqrt(mean(values.map((v) => (v - middle) ** 2)) / values.length);
};

describe.each(lawful)('the law of $id', (task) => {
	test('sums to 1 after every prefix and gives every drawn token a chance', () => {
		const source = random(1);
		for (let n = 0; n < 60; n++) {
			const { tokens } = task.sample(source, LENGTH);
			for (let t = 0; t < LENGTH; t++) {
				const law = task.law(tokens.subarray(0, t))!;
				expect(law).toHaveLength(task.vocabulary.length);
				expect(law.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 10);
				expect(law[tokens[t]!]).toBeGreaterThan(0);
			}
		}
	});

	test('has the floor as its mean entropy and its mean surprise on drawn sequences', () => {
		const { surprise, entropies } = measure(task.id, 400);
		const floor = task.floor(LENGTH)!;
		// Some laws do not vary from sequence to sequence at all: then rounding is the error.
		expect(Math.abs(mean(surprise) - floor)).toBeLessThan(4 * standardError(surprise) + 1e-9);
		expect(Math.abs(mean(entropies) - floor)).toBeLessThan(4 * standardError(entropies) + 1e-9);
	}, 30_000);

	test('agrees with how often tokens are drawn', () => {
		const source = random(2);
		const counts = new Map<string, { seen: Float64Array; law: Float64Array; total: number }>();
		for (let n = 0; n < 2000; n++) {
			const { tokens } = task.sample(source, 3);
			for (let t = 0; t < 3; t++) {
				const prefix = tokens.subarray(0, t);
				const law = task.law(prefix)!;
				const seen = new Float64Array(law.length);
				const row = counts.get(prefix.join()) ?? { seen, law, total: 0 };
				row.seen[tokens[t]!] = row.seen[tokens[t]!]! + 1;
				row.total++;
				counts.set(prefix.join(), row);
			}
		}
		// Chi-square over all cells expected at least 5 times; its mean is the degrees of freedom.
		let chi = 0;
		let freedom = 0;
		for (const { seen, law, total } of counts.values()) {
			const cells = Array.from(law.keys()).filter((id) => law[id]! * total >= 5);
			if (cells.length < 2) continue;
			for (const id of cells) chi += (seen[id]! - law[id]! * total) ** 2 / (law[id]! * total);
			freedom += cells.length - 1;
		}
		expect(freedom).toBeGreaterThan(0);
		expect(chi).toBeLessThan(freedom + 5 * Math.sqrt(2 * freedom));
	});

	test('has a floor that takes less than 300 ms of computing, once', () => {
		// Time of the processor, not of the clock: other tests run at the same time.
		const begun = process.cpuUsage();
		task.floor(LENGTH + 1);
		expect(process.cpuUsage(begun).user / 1000).toBeLessThan(300);
		expect(task.floor(LENGTH + 1)).toBe(task.floor(LENGTH + 1));
	});
});

describe.each(TASK_IDS.map((id) => taskOf(id)))('the task $id', (task) => {
	test('draws the same sequence from the same seed, of exactly the length asked for', () => {
		for (const length of [1, 2, 32, 100]) {
			const once = task.sample(random(9, 4), length);
			expect(once.tokens).toHaveLength(length);
			expect(task.sample(random(9, 4), length)).toEqual(once);
		}
	});

	test('reads its own sequences back, token by token', () => {
		const source = random(8);
		for (let n = 0; n < 100 && task.id !== 'text'; n++) {
			const { tokens } = task.sample(source, 40);
			expect(task.encode(task.decode(tokens))).toEqual({ tokens, unknown: [] });
		}
	});

	test('knows every word of its examples, and what may follow them', () => {
		expect(task.examples.length).toBeGreaterThan(0);
		for (const { text } of task.examples) {
			const { tokens, unknown } = task.encode(text);
			expect(unknown).toEqual([]);
			// Operators carry their spaces, also the one after them.
			expect(task.decode(tokens).trimEnd()).toBe(text);
			expect(task.law(tokens) !== null).toBe(task.id !== 'text');
		}
	});

	test('has a vocabulary without doubles, which joined gives the text', () => {
		expect(new Set(task.vocabulary).size).toBe(task.vocabulary.length);
		const { tokens } = task.sample(random(3), 32);
		const joined = Array.from(tokens, (id) => task.vocabulary[id]).join('');
		expect(task.decode(tokens)).toBe(joined);
	});
});

test('an unknown task is refused by name', () => {
	expect(() => taskOf('poems')).toThrow('there is no task "poems"; there are tales, needle');
	expect(() => taskOf('toString')).toThrow(RangeError);
});
