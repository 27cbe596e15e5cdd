/** GLSL functions of `silu(gate) · up` and of its slopes, number by number. */
export const SWIGLU = `vec4 opening(vec4 gate) { return 1. / (1. + exp(-gate)); }
vec4 swiGlu(vec4 gate, vec4 up) { return gate * opening(gate) * up; }
vec4 gateSlope(vec4 gate, vec4 up) {
	vec4 open = opening(gate);
	return open * up * (1. + gate * (1. - open));
}
vec4 upSlope(vec4 gate) { return gate * opening(gate); }`;
