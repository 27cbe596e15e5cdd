import * as tf from '@tensorflow/tfjs-core';

/**
 * 1 where an index points, 0 elsewhere, as float32 with one more axis of `length`. A negative index
 * marks nothing.
 *
 * The wasm backend writes whole numbers into `tf.oneHot` whatever type is asked for, so it is cast.
 */
export function marks(indices: tf.Tensor, length: number): tf.Tensor {
	return tf.tidy(() => tf.cast(tf.oneHot(indices, length), 'float32'));
}
