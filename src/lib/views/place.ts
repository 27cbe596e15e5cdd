/** What the hand is on, the same for every picture of the figure. */
export interface Place {
	/** The token whose way is followed; the query in attention. Null when only an expert is meant. */
	token: number | null;
	/** The key it is compared with, or null for the one it looks at most. */
	key: number | null;
	/** The expert, or null for the token's own. */
	expert: number | null;
}
