/** Place of the largest number of each row, the first of equals; NaN counts as smallest. */
export function largestLoop(values: Float32Array, places: Int32Array, columns: number): void {
	for (let row = 0; row < places.length; row++) {
		const start = row * columns;
		let place = 0;
		let height = -Infinity;
		for (let column = 0; column < columns; column++) {
			const value = values[start + column]!;
			if (value > height) {
				place = column;
				height = value;
			}
		}
		places[row] = place;
	}
}
