/** A table of texts: each row starts with its name. */
export interface Numbers {
	caption: string;
	/** Names of the columns, that of the row names included. */
	columns: readonly string[];
	rows: readonly (readonly string[])[];
}
