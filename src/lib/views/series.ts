/** A line of a chart over the moments of a run. */
export interface Series {
	label: string;
	/** A colour variable. */
	colour: string;
	dashes?: string;
	/** A number for each moment; null where there is none. */
	values: readonly (number | null)[];
	/** Whether other pictures can show the model behind it. */
	isStudent?: boolean;
}
