import { glKernel } from './glKernel';
import { addProduct, productDrawing } from './product';
import { SWIGLU } from './swiGlu';

interface Sizes {
	readonly rows: number;
	readonly width: number;
	readonly hidden: number;
}

glKernel<'x' | 'gate' | 'up' | 'down', Sizes>(
	'Network',
	({ x, gate, up, down }, { rows, width, hidden }, { draw }) => {
		const gated = draw(productDrawing('ab', x, gate, [rows, width, hidden]));
		const raised = draw(productDrawing('ab', x, up, [rows, width, hidden]));
		const inner = draw({
			inputs: { gated, raised },
			shape: [rows, hidden],
			functions: SWIGLU,
			code: 'return swiGlu(gatedTexel(r, c), raisedTexel(r, c));'
		});
		return [draw(productDrawing('ab', inner, down, [rows, hidden, width])), gated, raised, inner];
	}
);

glKernel<'x' | 'gate' | 'up' | 'down' | 'gated' | 'raised' | 'inner' | 'dy', Sizes>(
	'NetworkGradient',
	({ x, gate, up, down, gated, raised, inner, dy }, { rows, width, hidden }, { draw, free }) => {
		const dInner = draw(productDrawing('abT', dy, down, [rows, width, hidden]));
		const through = (slope: string) =>
			draw({
				inputs: { gated, raised, dInner },
				shape: [rows, hidden],
				functions: SWIGLU,
				code: `return dInnerTexel(r, c) * ${slope};`
			});
		const dGated = through('gateSlope(gatedTexel(r, c), raisedTexel(r, c))');
		const dRaised = through('upSlope(gatedTexel(r, c))');
		const dx = draw({
			inputs: { gate, up, dGated, dRaised },
			shape: x.shape,
			code: `vec4 sum = vec4(0);
	${addProduct('abT', hidden, 'dGatedTexel(r, k)', 'gateTexel(c, k)')}
	${addProduct('abT', hidden, 'dRaisedTexel(r, k)', 'upTexel(c, k)')}
	return sum;`
		});
		const dGate = draw(productDrawing('aTb', x, dGated, [width, rows, hidden]));
		const dUp = draw(productDrawing('aTb', x, dRaised, [width, rows, hidden]));
		const dDown = draw(productDrawing('aTb', inner, dy, [hidden, rows, width]));
		free(dInner, dGated, dRaised);
		return [dx, dGate, dUp, dDown];
	}
);
