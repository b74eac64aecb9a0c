// Where other parts of the app show what the coach's screens point at.

/** robotPath is the page of a robot. */
export const robotPath = (number: number) => `/analysis/robots/${number}`;

/** entryPath shows an entry with its history. */
export const entryPath = (id: string) => `/coach/entries/${id}`;
