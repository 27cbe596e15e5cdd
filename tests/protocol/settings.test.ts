import { describe, expect, test } from 'vitest';
import { random } from '$lib/math/random';
import { deviations } from '$lib/protocol/config';
import {
	checkSettings,
	INITIAL_SETTINGS,
	modelConfig,
	nearestSettings,
	nearestValue,
	readSettings,
	SETTING_NAMES,
	SETTINGS,
	trainConfig,
	writeSettings,
	type Setting,
	type Settings
} from '$lib/protocol/settings';

const read = (query: string, others?: readonly string[]) =>
	readSettings(new URLSearchParams(query), others);
const withChange = (change: Partial<Settings>): Settings => ({ ...INITIAL_SETTINGS, ...change });

describe('the table', () => {
	test('has one key per setting and a default that is valid', () => {
		const rows: Setting[] = Object.values(SETTINGS);
		expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
		for (const row of rows) expect(nearestValue(row, row.initial), row.key).toBe(row.initial);
	});

	test('explains every setting in a sentence', () => {
		for (const { help, label } of Object.values(SETTINGS)) {
			expect(help).toMatch(/^[A-Z].+\.$/);
			expect(label).not.toBe('');
		}
	});

	test('names every value of a choice', () => {
		const rows: Setting[] = Object.values(SETTINGS);
		for (const { choices, max, key } of rows) {
			if (choices) expect(choices, key).toHaveLength(max + 1);
		}
	});

	test('keeps the keys of links that are out in the world', () => {
		expect(Object.values(SETTINGS).map(({ key }) => key)).toMatchInlineSnapshot(`
			[
			  "layers",
			  "width",
			  "heads",
			  "kv",
			  "head-width",
			  "ff",
			  "dense-ff",
			  "experts",
			  "topk",
			  "moe",
			  "chunk",
			  "nope",
			  "pattern",
			  "qk-norm",
			  "theta",
			  "rope-factor",
			  "floor-scale",
			  "attn-scale",
			  "gate",
			  "router",
			  "scale",
			  "tied",
			  "length",
			  "batch",
			  "lr",
			  "schedule",
			  "warmup",
			  "steps",
			  "decay",
			  "clip",
			  "balance",
			  "z",
			  "freeze-router",
			  "seed",
			]
		`);
	});
});

describe('readSettings', () => {
	test('gives the defaults without a word for a silent link', () => {
		expect(read('')).toEqual({ settings: INITIAL_SETTINGS, notes: [] });
	});

	test('reads what the link says', () => {
		const { settings, notes } = read('chunk=4&experts=16&lr=0.001');
		expect(settings).toEqual(withChange({ chunk: 4, experts: 16, learningRate: 0.001 }));
		expect(notes).toEqual([]);
	});

	test.each([
		['chunk=0', 'chunk', 1, 'Chunk cannot be “0”; 1 is used.'],
		['chunk=99999', 'chunk', 512, 'Chunk cannot be “99999”; 512 is used.'],
		['chunk=-Infinity', 'chunk', 1, 'Chunk cannot be “-Infinity”; 1 is used.'],
		['chunk=3.4', 'chunk', 3, 'Chunk cannot be “3.4”; 3 is used.'],
		['chunk=abc', 'chunk', 8, 'Chunk cannot be “abc”; 8 is used.'],
		['chunk=', 'chunk', 8, 'Chunk cannot be “”; 8 is used.'],
		['chunk=%20', 'chunk', 8, 'Chunk cannot be “ ”; 8 is used.'],
		['head-width=7', 'headWidth', 8, 'Head width cannot be “7”; 8 is used.'],
		['lr=1e99', 'learningRate', 1, 'Learning rate cannot be “1e99”; 1 is used.']
	] as const)('%s goes to the nearest valid value and says so', (query, name, value, note) => {
		const { settings, notes } = read(query);
		expect(settings[name]).toBe(value);
		expect(notes).toEqual([note]);
	});

	test('takes the first of two and says so', () => {
		const { settings, notes } = read('chunk=4&chunk=5');
		expect(settings.chunk).toBe(4);
		expect(notes).toEqual(['Chunk is given more than once; the first counts.']);
	});

	test('names what is no setting, once, but not what others read from the link', () => {
		expect(read('foo=1&foo=2&toy=x&layer=2', ['toy', 'layer']).notes).toEqual([
			'There is no setting “foo”.'
		]);
	});

	test('cuts what it quotes', () => {
		const [note = ''] = read(`chunk=${'x'.repeat(5000)}`).notes;
		expect(note.length).toBeLessThan(80);
	});

	test('never throws and always gives valid values, whatever 5,000 mangled links say', () => {
		const { integer, next } = random(42);
		const keys = [...Object.values(SETTINGS).map(({ key }) => key), '__proto__', 'toString', ''];
		const values = [
			'',
			'-0',
			'1e308',
			'-1e309',
			'NaN',
			'0x1f',
			'٣',
			'1,5',
			'\0',
			'💥',
			'null',
			'[]'
		];
		for (let i = 0; i < 5000; i++) {
			const params = new URLSearchParams();
			for (let j = integer(6); j >= 0; j--) {
				const value = next() < 0.5 ? values[integer(values.length)] : String((next() - 0.5) * 1e4);
				params.append(keys[integer(keys.length)]!, value!);
			}
			const { settings, notes } = readSettings(params);
			for (const name of SETTING_NAMES) {
				const value = settings[name];
				if (nearestValue(SETTINGS[name], value) !== value) expect.fail(`${name} is ${value}`);
			}
			for (const note of notes) expect(note).toMatch(/^[\s\S]+\.$/);
			checkSettings(settings);
			expect(read(writeSettings(settings).toString())).toEqual({ settings, notes: [] });
		}
	});
});

describe('writeSettings', () => {
	test('writes only what differs from the defaults', () => {
		expect(writeSettings(INITIAL_SETTINGS).toString()).toBe('');
		const params = writeSettings(withChange({ chunk: 4, kvHeads: 1, learningRate: 0.0005 }));
		expect(params.toString()).toBe('kv=1&chunk=4&lr=0.0005');
	});
});

describe('modelConfig', () => {
	const config = modelConfig(INITIAL_SETTINGS, 100);

	test('of the defaults is the Scout toy, a true Llama 4', () => {
		expect(config).toMatchObject({ vocabulary: 100, width: 32, experts: 8, topK: 1, chunk: 8 });
		expect(config.layers.map(({ positions }) => positions)).toEqual([
			'rope',
			'rope',
			'rope',
			'nope'
		]);
		expect(config.rope.scaling?.factor).toBe(16);
		expect(config.attentionScale).toEqual({ floorScale: 8, attnScale: 0.1 });
		expect(deviations(config)).toEqual([]);
		expect(checkSettings(INITIAL_SETTINGS)).toBeNull();
	});

	test('has experts every n layers, from the n-th on, as in Maverick', () => {
		const { layers } = modelConfig(withChange({ layers: 5, moeEvery: 2 }), 9);
		expect(layers.map(({ feedForward }) => feedForward)).toEqual([
			'dense',
			'moe',
			'dense',
			'moe',
			'dense'
		]);
	});

	test.each([
		[0, 'rope/chunked rope/chunked nope/global', []],
		[1, 'rope/sliding rope/sliding nope/global', ['sliding window']],
		[2, 'rope/chunked rope/chunked nope/chunked', ['chunked NoPE layer']],
		[3, 'rope/global rope/global nope/global', ['global RoPE layer']],
		[4, 'nope/global rope/chunked rope/chunked', ['NoPE first']]
	])('of pattern %i has layers %s', (pattern, expected, names) => {
		const made = modelConfig(withChange({ layers: 3, nopeEvery: 3, pattern }), 9);
		const shown = made.layers.map(({ positions, scope }) => `${positions}/${scope}`).join(' ');
		expect(shown).toBe(expected);
		expect(deviations(made)).toEqual(names);
	});

	test('takes variants from their choices', () => {
		const { variants } = modelConfig(withChange({ gate: 1, router: 1, scale: 1 }), 9);
		expect(variants).toEqual({ gate: 'output', router: 'softmax', scale: 'add' });
	});

	test('does not scale rotations by a stretch of 1', () => {
		expect(modelConfig(withChange({ ropeFactor: 1 }), 9).rope.scaling).toBeNull();
	});
});

describe('nearestSettings', () => {
	test('gives back the settings that a model was made of', () => {
		const { integer } = random(7);
		for (let i = 0; i < 300; i++) {
			const drawn = Object.fromEntries(
				SETTING_NAMES.map((name) => {
					const { min, max } = SETTINGS[name];
					return [name, nearestValue(SETTINGS[name], min + integer(Math.min(9, max - min + 1)))];
				})
			) as Settings;
			const config = modelConfig(drawn, 50);
			expect(modelConfig(nearestSettings(config, drawn), 50)).toEqual(config);
		}
	});
});

describe('trainConfig', () => {
	test('holds the numbers of the training rows', () => {
		expect(trainConfig(withChange({ schedule: 2, freezeRouter: 1 }))).toMatchObject({
			batch: 16,
			length: 32,
			learningRate: 1e-3,
			schedule: 'cosine',
			freezeRouter: true
		});
	});
});

describe('checkSettings', () => {
	test.each([
		[
			{ heads: 4, kvHeads: 3 },
			'4 query heads cannot share 3 key-value heads evenly: take a divisor of 4.'
		],
		[{ experts: 2, topK: 3 }, 'A token cannot visit 3 experts where there are 2.']
	])('says why %o do not fit together', (change, sentence) => {
		expect(checkSettings(withChange(change))).toBe(sentence);
	});
});
