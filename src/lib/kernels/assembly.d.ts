/** A WebAssembly module compiled from AssemblyScript by scripts/assembly.mjs, as base64. */
declare module '*.as' {
	const code: string;
	export default code;
}
