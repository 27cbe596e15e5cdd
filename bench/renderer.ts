/**
 * What draws for WebGL 2, in the browser's words; empty where there is none. Playwright carries its text
 * into a page, so it needs nothing from outside.
 */
export function rendererName(): string {
	const gl = new OffscreenCanvas(1, 1).getContext('webgl2');
	if (!gl) return '';
	const info = gl.getExtension('WEBGL_debug_renderer_info');
	const name = String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
	gl.getExtension('WEBGL_lose_context')?.loseContext();
	return name;
}
