/**
 * What TensorFlow.js needs before anything can be differentiated: its own gradients are dropped from
 * a bundle unless asked for. This file is the only one that registers them, and those of our kernels that are found by
 * name.
 */
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import './adamWInMemory';
import './webgl';
