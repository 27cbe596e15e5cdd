import { choiceKey, numberKey, textKey } from '../keys';
import type { Openings } from '../link';

/** Rows of layers that the proof trains and whose ripple can be drawn, by the names of its arms. */
export const ROWS = { chunked: 'cccc', scout: 'cccg', nopeFirst: 'gccc', nope: 'gggg' } as const;
export type RowName = keyof typeof ROWS;

export const KEYS = {
	query: numberKey('The position of the query', { min: 0, max: 63, initial: 9 }),
	key: numberKey('The position of the key', { min: 0, max: 63, initial: 4 }),
	shift: numberKey('The way that both move on', { min: 0, max: 63, initial: 5 }),
	size: numberKey('The size of the queries', { min: 1, max: 20, initial: 1 }),
	swap: numberKey('The place of the swap', { min: 0, max: 13, initial: 2 }),
	row: choiceKey('The trained row', ['chunked', 'scout', 'nopeFirst', 'nope'], 'nopeFirst'),
	layers: textKey('The row of layers', /^[cg]{1,8}$/, 'cccc')
};

/** What the picture of a moment begins with, where it is not as the link says. */
export const OPENINGS: Openings<typeof KEYS> = {
	norm: [{ size: 1 }, { size: 10 }],
	build: [{}, { layers: 'cccg' }]
};

export const CONTROLS = {
	positions: 'Positions',
	swap: 'Tokens that change places',
	size: 'Size of the queries',
	row: 'Row of the proof',
	layers: 'Layers',
	run: 'Run'
} as const;
