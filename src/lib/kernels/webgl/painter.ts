/**
 * Draws programs on the graphics processor that TensorFlow.js computes with, into its own textures.
 * Its `runWebGLProgram` makes one tensor per program; here one program may make several.
 */
import type { GPGPUContext, MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { uniformsOf, type Drawing, type TexelSize, type Uniform } from './program';
import { samplerOf, sourceOf } from './source';

/** A part of the backend that we use and its own types leave out. */
interface Reshaper {
	/** A copy of a packed tensor, its numbers packed for another shape. */
	packedReshape(info: TensorInfo, shape: readonly number[]): TensorInfo;
}

/** A program made ready for a graphics processor. */
interface Compiled {
	readonly program: ReturnType<GPGPUContext['createProgram']>;
	readonly places: ReadonlyMap<string, WebGLUniformLocation | null>;
}

/** What one graphics processor holds for us. */
interface Studio {
	/** By the keys of their sources. */
	readonly compiled: Map<string, Compiled>;
	/** Where programs draw into, by the number of tensors that they make. */
	readonly frames: Map<number, WebGLFramebuffer>;
	readonly mostMade: number;
}

/** No program reads and makes more than this many weights. */
const ENOUGH = 8;

const studios = new WeakMap<GPGPUContext, Studio>();

function studioOf(gpgpu: GPGPUContext): Studio {
	const known = studios.get(gpgpu);
	if (known) return known;
	const gl = gpgpu.gl as WebGL2RenderingContext;
	const targets = [gl.MAX_DRAW_BUFFERS, gl.MAX_COLOR_ATTACHMENTS].map((limit) =>
		Number(gl.getParameter(limit))
	);
	const mostMade = Math.min(...targets, ENOUGH);
	const studio = { compiled: new Map(), frames: new Map(), mostMade };
	studios.set(gpgpu, studio);
	return studio;
}

/** How many tensors one program can make. */
export const mostMade = (gpgpu: GPGPUContext): number => studioOf(gpgpu).mostMade;

/** Runs a program; the caller owns what it made. */
export function draw(backend: MathBackendWebGL, drawing: Drawing): TensorInfo[] {
	const { shape, count = 1, dtype = 'float32' } = drawing;
	const made = Array.from({ length: count }, () => backend.makeTensorInfo([...shape], dtype));
	if (shape.includes(0)) {
		for (const { dataId } of made) backend.texData.get(dataId).values = new Float32Array(0);
		return made;
	}
	const lent: TensorInfo[] = [];
	const textures = Object.values(drawing.inputs).map((info) => textureOf(backend, info, lent));
	const targets = made.map((info) => {
		backend.texData.get(info.dataId).isPacked = true;
		return textureOf(backend, info, lent);
	});
	paint(backend.gpgpu, drawing, textures, targets);
	lent.forEach((info) => backend.disposeIntermediateTensorInfo(info));
	return made;
}

/** A texture with its size in texels. */
interface Texture extends TexelSize {
	readonly texture: WebGLTexture;
}

/**
 * The packed texture of a tensor. One that lies packed otherwise, or not packed, is copied; the copy
 * is added to `lent`.
 */
function textureOf(backend: MathBackendWebGL, info: TensorInfo, lent: TensorInfo[]): Texture {
	const data = backend.texData.get(info.dataId);
	if (!data.texture) {
		data.isPacked = true;
		data.shape = info.shape;
		backend.uploadToGPU(info.dataId);
	}
	let { dataId } = info;
	if (!data.isPacked || !liesAlike(data.shape, info.shape)) {
		const copy = data.isPacked
			? (backend as unknown as Reshaper).packedReshape({ ...info, shape: data.shape }, info.shape)
			: backend.packTensor(info);
		lent.push(copy);
		({ dataId } = copy);
	}
	const { texture, texShape } = backend.texData.get(dataId);
	const [rows, columns] = texShape!;
	return {
		texture: texture!.texture,
		width: Math.ceil(columns / 2),
		height: Math.ceil(rows / 2)
	};
}

/** Whether numbers packed for one shape lie as for another of as many. */
function liesAlike(one: readonly number[], other: readonly number[]): boolean {
	const [rows, rowsToo] = [one.at(-2) ?? 1, other.at(-2) ?? 1];
	const isEven = rows % 2 === 0 && rowsToo % 2 === 0;
	return (one.at(-1) ?? 1) === (other.at(-1) ?? 1) && (rows === rowsToo || isEven);
}

function paint(
	gpgpu: GPGPUContext,
	drawing: Drawing,
	textures: readonly Texture[],
	targets: readonly Texture[]
): void {
	const gl = gpgpu.gl as WebGL2RenderingContext;
	const [target] = targets as [Texture];
	const uniforms = uniformsOf(drawing, textures, target);
	const { program, places } = compiledFor(gpgpu, drawing, uniforms);
	const { width, height } = target;
	gl.bindFramebuffer(gl.FRAMEBUFFER, frameOf(gpgpu, targets.length));
	targets.forEach(({ texture }, i) => {
		const place = gl.COLOR_ATTACHMENT0 + i;
		gl.framebufferTexture2D(gl.FRAMEBUFFER, place, gl.TEXTURE_2D, texture, 0);
	});
	gl.viewport(0, 0, width, height);
	gl.scissor(0, 0, width, height);
	gpgpu.setProgram(program);
	gpgpu.bindVertexArray(program.vao);
	textures.forEach(({ texture }, i) => {
		gl.activeTexture(gl.TEXTURE0 + i);
		gl.bindTexture(gl.TEXTURE_2D, texture);
	});
	for (const uniform of uniforms) give(gl, places.get(uniform.name) ?? null, uniform);
	gpgpu.executeProgram();
}

/** The program of a drawing, compiled when it is drawn for the first time. */
function compiledFor(
	gpgpu: GPGPUContext,
	drawing: Drawing,
	uniforms: readonly Uniform[]
): Compiled {
	const { compiled } = studioOf(gpgpu);
	const { key, write } = sourceOf(drawing);
	const known = compiled.get(key);
	if (known) return known;
	const gl = gpgpu.gl as WebGL2RenderingContext;
	const shader = gl.createShader(gl.FRAGMENT_SHADER)!;
	gl.shaderSource(shader, write());
	gl.compileShader(shader);
	if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS) && !gl.isContextLost()) {
		throw new Error(`WebGL refused a program: ${gl.getShaderInfoLog(shader)}`);
	}
	const program = gpgpu.createProgram(shader);
	gpgpu.buildVao(program);
	Object.keys(drawing.inputs).forEach((name, i) => {
		gl.uniform1i(gl.getUniformLocation(program, samplerOf(name)), i);
	});
	const places = new Map(uniforms.map(({ name }) => [name, gl.getUniformLocation(program, name)]));
	const made = { program, places };
	compiled.set(key, made);
	return made;
}

/** Where a program draws into that makes so many tensors. */
function frameOf(gpgpu: GPGPUContext, count: number): WebGLFramebuffer {
	const { frames } = studioOf(gpgpu);
	const known = frames.get(count);
	if (known) return known;
	const gl = gpgpu.gl as WebGL2RenderingContext;
	const frame = gl.createFramebuffer();
	gl.bindFramebuffer(gl.FRAMEBUFFER, frame);
	gl.drawBuffers(Array.from({ length: count }, (_, i) => gl.COLOR_ATTACHMENT0 + i));
	frames.set(count, frame);
	return frame;
}

/** Hands a program one of its numbers. */
function give(
	gl: WebGL2RenderingContext,
	place: WebGLUniformLocation | null,
	{ type, value }: Uniform
): void {
	const [first = 0, second = 0] = value;
	switch (type) {
		case 'int':
			return gl.uniform1i(place, first);
		case 'float':
			return gl.uniform1f(place, first);
		case 'vec2':
			return gl.uniform2f(place, first, second);
		case 'ivec2':
			return gl.uniform2i(place, first, second);
	}
}
