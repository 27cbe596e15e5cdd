/*
 * What the array backends compute on WebAssembly with vector instructions, on the memory of
 * TensorFlow's own module. Arguments are places in that memory, in bytes, and sizes. Nothing here has
 * data or a stack in it: every function works on what it is given.
 *
 * The language is AssemblyScript; scripts/assembly.mjs compiles it.
 */
export { adamW, sumOfSquares } from './adamW';
export { attend, attendBack } from './attend';
export { shares, sumPowers } from './crossEntropy';
export { largest } from './largest';
export { rmsNorm, rmsNormBack, unitNorm, unitNormBack } from './norm';
export { product, productByExpert, productRoom } from './product';
export { rotate } from './rotate';
export { dots, gather, scatter } from './rows';
export { swiGlu, swiGluBack } from './swiGlu';
