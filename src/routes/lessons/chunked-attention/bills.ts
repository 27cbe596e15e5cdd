import { decodeStep } from '$lib/math/attention';
import type { ModelSize } from '$lib/math/size';
import type { Numbers as Table } from '$lib/views/table';
import { cacheGib, pairsOf, sizeOf } from './numbers';

/** What a context costs: a few bars that belong together. */
export interface BillGroup {
	title: string;
	hint: string;
	bars: readonly { name: string; value: number; text: string; hue: string }[];
}

interface Bills {
	name: string;
	chunk: number;
	layers: number;
	/** Pairs of one pass, and cache. */
	groups: readonly [BillGroup, BillGroup];
}

const MIX = 'var(--rope)';
const OPEN = 'var(--nope-fill)';

/** The bills of a stack of layers for a context, beside those of open layers only. */
export function billsOf(
	toy: ModelSize,
	asked: { isScout: boolean; stack: string; chunk: number; length: number }
): Bills {
	const { isScout, stack, chunk, length } = asked;
	const size = sizeOf(toy, isScout, stack, chunk);
	const layers = size.layers.map((layer) => ({ ...layer, scope: 'global' as const }));
	const open = { ...size, layers };
	const pairs = [pairsOf(size, length), pairsOf(open, length)] as const;
	const gib = [cacheGib(size, length), cacheGib(size, length, true)] as const;
	return {
		name: isScout ? 'at the size of Llama 4 Scout' : 'at the size of the toy',
		chunk: size.chunk,
		layers: size.layers.length,
		groups: [group('Pairs of one pass', pairs, powerWords), group('Cache', gib, bytesWords)]
	};
}

/** What one token costs a layer of each kind: the keys that it is paired with, and those kept once it is written. */
export function tokenBills(position: number, chunk: number): { pairs: BillGroup; kept: BillGroup } {
	const walled = decodeStep(position, { kind: 'chunked', chunk });
	const open = decodeStep(position, { kind: 'global' });
	const at = position.toLocaleString('en');
	const perLayer = (title: string, mine: number, all: number): BillGroup => ({
		title,
		hint: '',
		bars: [
			{ name: 'chunked layer', value: mine, text: mine.toLocaleString('en'), hue: MIX },
			{ name: 'open layer', value: all, text: all.toLocaleString('en'), hue: OPEN }
		]
	});
	return {
		pairs: perLayer(`Keys that token ${at} is paired with`, walled.visible, open.visible),
		kept: perLayer(`Keys kept after token ${at}`, walled.kept, open.kept)
	};
}

function group(
	title: string,
	[mine, open]: readonly [number, number],
	words: (value: number) => string
): BillGroup {
	return {
		title,
		hint: `${(mine / open).toFixed(3)} of what open layers alone take: ${(open / mine).toFixed(2)} times less`,
		bars: [
			{ name: 'these layers', value: mine, text: words(mine), hue: MIX },
			{ name: 'open layers only', value: open, text: words(open), hue: OPEN }
		]
	};
}

/** The same bars as a table. */
export function billTable({ title, bars }: BillGroup): Table {
	return {
		caption: title,
		columns: ['layers', 'amount'],
		rows: bars.map(({ name, text }) => [name, text])
	};
}

/** Several bills in one table. */
export function billsTable(groups: readonly BillGroup[]): Table {
	return {
		caption: groups.map(({ title }) => title).join(' and '),
		columns: ['bill', 'layers', 'amount'],
		rows: groups.flatMap(({ title, bars }) => bars.map(({ name, text }) => [title, name, text]))
	};
}

/** A count, with a word for its size where it is large. */
function powerWords(value: number): string {
	const steps = [
		[1e12, 'trillion'],
		[1e9, 'billion'],
		[1e6, 'million']
	] as const;
	const step = steps.find(([size]) => value >= size);
	return step ? `${(value / step[0]).toPrecision(4)} ${step[1]}` : value.toLocaleString('en');
}

/** Gibibytes in the unit that reads best. */
function bytesWords(gib: number): string {
	if (gib >= 0.1) return `${gib.toLocaleString('en', { maximumSignificantDigits: 4 })} GiB`;
	const mib = gib * 1024;
	return mib >= 0.1 ? `${mib.toPrecision(3)} MiB` : `${(mib * 1024).toPrecision(3)} KiB`;
}
