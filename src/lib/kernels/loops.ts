import { adamWLoop, sumOfSquaresLoop } from './plain/adamW';
import { attendBackLoop, attendLoop } from './plain/attend';
import { sharesLoop, sumPowersLoop } from './plain/crossEntropy';
import { largestLoop } from './plain/largest';
import { rmsNormBackLoop, rmsNormLoop, unitNormBackLoop, unitNormLoop } from './plain/norm';
import { productByExpertLoop, productLoop } from './plain/product';
import { rotateLoop } from './plain/rotate';
import { dotsLoop, gatherLoop, scatterLoop } from './plain/rows';
import { swiGluBack, swiGluLoop } from './plain/swiGlu';

/**
 * Everything that kernels on plain arrays leave to an inner loop. The loops in plain/ say what each
 * does; assembly/ has a twin of each for WebAssembly's vector instructions.
 */
export const plainLoops = {
	product: productLoop,
	productByExpert: productByExpertLoop,
	swiGlu: swiGluLoop,
	swiGluBack,
	attend: attendLoop,
	attendBack: attendBackLoop,
	rmsNorm: rmsNormLoop,
	rmsNormBack: rmsNormBackLoop,
	unitNorm: unitNormLoop,
	unitNormBack: unitNormBackLoop,
	rotate: rotateLoop,
	sumPowers: sumPowersLoop,
	shares: sharesLoop,
	largest: largestLoop,
	gather: gatherLoop,
	scatter: scatterLoop,
	dots: dotsLoop,
	sumOfSquares: sumOfSquaresLoop,
	adamW: adamWLoop
};

export type Loops = typeof plainLoops;
