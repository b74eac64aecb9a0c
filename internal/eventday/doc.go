// Package eventday proves what event day promises, on everything at once: two teams scout an
// FTC event from the first match to the last over the real API, hub and database, with all
// that goes wrong in a hall. It has tests only.
package eventday
