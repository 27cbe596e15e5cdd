import code from './assembly/index.as';
import { plainLoops, type Loops } from './loops';
import type { Allocator } from './outOfMemory';
import type { ExpertProductSizes, ProductForm, ProductSizes } from './plain/product';

/** The parts of TensorFlow's WebAssembly module that we use; its own types leave them out. */
export interface WasmHeap extends Allocator {
	readonly asm: { readonly memory: WebAssembly.Memory };
}

/** Bytes of a float32. */
const F = 4;

type Numbers = Float32Array | Int32Array;
type Call = (...values: number[]) => number;
/** What assembly/index.as exports; places in memory are bytes from its start. */
type Assembly = Readonly<Record<AssemblyName, Call>>;
type AssemblyName = keyof Loops | 'productRoom';

/**
 * The inner loops as WebAssembly's vector instructions, working where the numbers of TensorFlow's
 * module lie: nothing is copied.
 *
 * @returns null where the browser has no vector instructions
 */
export function vectorLoops({ asm, _malloc }: WasmHeap): Loops | null {
	const bytes = Uint8Array.from(atob(code), (letter) => letter.charCodeAt(0));
	if (!WebAssembly.validate(bytes)) return null;
	const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
		env: { memory: asm.memory }
	});
	const assembly = instance.exports as unknown as Assembly;
	// The room of products stays taken as long as the module lives.
	const room = _malloc(assembly.productRoom());
	return {
		...productLoops(assembly, room),
		...rowLoops(assembly),
		...attentionLoops(assembly),
		...updateLoops(assembly)
	};
}

const at = (array: Numbers) => array.byteOffset;
const atOr0 = (array: Numbers | null) => array?.byteOffset ?? 0;

/** Bytes from a row of a matrix to the next, and from a number of a row to the next. */
function strides(isTurned: boolean, rows: number, columns: number): [number, number] {
	return isTurned ? [F, rows * F] : [columns * F, F];
}

/** The forms of a product, as the module numbers them. */
const FORMS: readonly ProductForm[] = ['ab', 'abT', 'aTb'];

function productLoops(
	assembly: Assembly,
	room: number
): Pick<Loops, 'product' | 'productByExpert' | 'swiGlu' | 'swiGluBack'> {
	return {
		product: (a, b, out, sizes: ProductSizes, form: ProductForm = 'ab', adds = false) => {
			const { rows, inner, columns } = sizes;
			const aLies = strides(form === 'aTb', rows, inner);
			const bLies = strides(form === 'abT', inner, columns);
			assembly.product(
				...([at(a), ...aLies, at(b), ...bLies, at(out)] as const),
				...([rows, inner, columns, Number(adds), room] as const)
			);
		},
		productByExpert: (a, b, out, starts, sizes: ExpertProductSizes, form: ProductForm = 'ab') => {
			const { width, columns } = sizes;
			assembly.productByExpert(
				...([at(a), at(b), at(out), at(starts), starts.length - 1] as const),
				...([width, columns, FORMS.indexOf(form), room] as const)
			);
		},
		swiGlu: (gate, up, out, { rows, width, stride, upOffset }) =>
			void assembly.swiGlu(at(gate), at(up) + upOffset * F, at(out), rows, width, stride * F),
		swiGluBack: (gate, up, dOut, dGate, dUp, { rows, width, stride, upOffset }) => {
			const given = [at(gate), at(up) + upOffset * F, at(dOut)] as const;
			const made = [at(dGate), at(dUp) + upOffset * F] as const;
			assembly.swiGluBack(...given, ...made, rows, width, stride * F);
		}
	};
}

type RowLoops =
	| ('rmsNorm' | 'rmsNormBack' | 'unitNorm' | 'unitNormBack')
	| ('largest' | 'sumPowers' | 'shares' | 'gather' | 'scatter' | 'dots');

function rowLoops(assembly: Assembly): Pick<Loops, RowLoops> {
	return {
		rmsNorm: ({ x, weight, y, inverse }, { rows, width, eps }) =>
			void assembly.rmsNorm(at(x), at(weight), at(y), at(inverse), rows, width, eps),
		rmsNormBack: ({ x, weight, inverse, dy, dx, dWeight }, { rows, width }) => {
			dWeight.fill(0);
			const given = [at(x), at(weight), at(inverse), at(dy)] as const;
			assembly.rmsNormBack(...given, at(dx), at(dWeight), rows, width);
		},
		unitNorm: ({ x, y }, { rows, width, eps }) =>
			void assembly.unitNorm(at(x), at(y), rows, width, eps),
		unitNormBack: ({ x, dy, dx }, { rows, width, eps }) =>
			void assembly.unitNormBack(at(x), at(dy), at(dx), rows, width, eps),
		sumPowers: (logits, highest, sums, { rows, vocabulary }) =>
			void assembly.sumPowers(at(logits), at(highest), at(sums), rows, vocabulary),
		shares: (logits, out, logSum, factor) =>
			void assembly.shares(at(logits), at(out), logits.length, logSum, factor),
		largest: (values, places, columns) =>
			void assembly.largest(at(values), at(places), places.length, columns),
		gather: (x, factors, to, { order, choices, width }) =>
			void assembly.gather(at(x), at(order), atOr0(factors), at(to), order.length, choices, width),
		scatter: (from, factors, y, { order, choices, width }) =>
			void assembly.scatter(
				at(from),
				at(order),
				atOr0(factors),
				at(y),
				order.length,
				choices,
				width
			),
		dots: (from, x, out, { order, choices, width }) =>
			void assembly.dots(at(from), at(order), at(x), at(out), order.length, choices, width)
	};
}

function attentionLoops(assembly: Assembly): Pick<Loops, 'attend' | 'attendBack' | 'rotate'> {
	return {
		attend: (arrays, sizes) => {
			// A head that is no whole number of vectors goes the plain way.
			if (sizes.headWidth % 4 !== 0) return plainLoops.attend(arrays, sizes);
			const { q, k, v, context, pattern, ranges } = arrays;
			const { batch, queries, keys, heads, kvHeads, headWidth } = sizes;
			assembly.attend(
				...([at(q), at(k), at(v), at(context), at(pattern), at(ranges)] as const),
				...([batch, queries, keys, heads, kvHeads] as const),
				...([headWidth * F, (pattern.length / (batch * queries * heads)) * F] as const)
			);
		},
		attendBack: (arrays, sizes) => {
			if (sizes.headWidth % 4 !== 0) return plainLoops.attendBack(arrays, sizes);
			const { q, k, v, pattern, dy, dq, dk, dv, slopes, ranges } = arrays;
			const { batch, queries, keys, heads, kvHeads, headWidth } = sizes;
			dk.fill(0);
			dv.fill(0);
			assembly.attendBack(
				...([at(q), at(k), at(v), at(pattern), at(dy), at(dq), at(dk), at(dv)] as const),
				...([at(slopes), at(ranges), batch, queries, keys, heads, kvHeads] as const),
				...([headWidth * F, (pattern.length / (batch * queries * heads)) * F] as const)
			);
		},
		rotate: ({ x, cos, sin, y }, { positions, heads, pairs, direction }) => {
			const rows = x.length / (2 * heads * pairs);
			const arrays = [at(x), at(cos), at(sin), at(y)] as const;
			assembly.rotate(...arrays, rows, positions, heads, pairs, direction);
		}
	};
}

function updateLoops(assembly: Assembly): Pick<Loops, 'sumOfSquares' | 'adamW'> {
	return {
		sumOfSquares: (numbers) => assembly.sumOfSquares(at(numbers), numbers.length),
		adamW: ({ weight, grad, mean, square }, sizes) => {
			const { rate, epsilon, clip, shrink, betaMean, betaSquare } = sizes;
			assembly.adamW(
				...([at(weight), at(grad), at(mean), at(square), weight.length] as const),
				...([rate, epsilon, clip, shrink, betaMean, betaSquare] as const)
			);
		}
	};
}
