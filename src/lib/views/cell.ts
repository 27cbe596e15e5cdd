/** A place in a table, both from 0. */
export interface Cell {
	row: number;
	column: number;
}
