import * as tf from '@tensorflow/tfjs-core';
import { activate, BackendUnfit, type Started } from './backend';

/** Names under which renderers that compute on the processor go; WebAssembly is faster than they. */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render|swrast/i;

/** What TensorFlow.js asks of a context: nothing but the drawing of numbers. */
const ATTRIBUTES: WebGLContextAttributes = {
	alpha: false,
	antialias: false,
	premultipliedAlpha: false,
	preserveDrawingBuffer: false,
	depth: false,
	stencil: false
};

/** Whether a renderer's name tells of a program in place of a graphics processor. */
export function isSoftwareRenderer(renderer: string): boolean {
	return SOFTWARE.test(renderer);
}

/**
 * Starts WebGL 2 on a canvas that is never shown.
 *
 * @param software whether a software renderer will do (the visitor asked for WebGL)
 * @param onlost hears that the graphics processor has taken the context away
 * @throws BackendUnfit if there is no graphics processor with 32-bit floats
 */
export async function startWebgl(software: boolean, onlost: () => void): Promise<Started> {
	if (typeof OffscreenCanvas === 'undefined') {
		throw new BackendUnfit('WebGL does not reach background threads in this browser');
	}
	const canvas = new OffscreenCanvas(1, 1);
	const gl = canvas.getContext('webgl2', ATTRIBUTES);
	if (!gl) throw new BackendUnfit('there is no WebGL 2 here');
	const renderer = rendererOf(gl);
	if (!software && isSoftwareRenderer(renderer)) {
		throw new BackendUnfit('there is no graphics processor here');
	}
	const { setWebGLContext } = await import('@tensorflow/tfjs-backend-webgl');
	setWebGLContext(2, gl);
	const flags = tf.env();
	if (!flags.getBool('WEBGL_RENDER_FLOAT32_CAPABLE')) {
		throw new BackendUnfit('the graphics processor has no 32-bit floats');
	}
	if (!flags.getBool('WEBGL_RENDER_FLOAT32_ENABLED')) {
		throw new BackendUnfit('the browser keeps 32-bit floats from the graphics processor');
	}
	await activate('webgl');
	canvas.addEventListener('webglcontextlost', onlost);
	return { reason: `this device has one (${renderer.slice(0, 80)})`, threads: 1 };
}

/** The renderer's name, empty where the browser hides it. */
function rendererOf(gl: WebGL2RenderingContext): string {
	const info = gl.getExtension('WEBGL_debug_renderer_info');
	return String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER) ?? '');
}
