package firstapi

// Waiting returns how many callers wait for a call.
func (c *Client) Waiting() int {
	c.flights.mu.Lock()
	defer c.flights.mu.Unlock()
	n := 0
	for _, fl := range c.flights.open {
		n += fl.waiting
	}
	return n
}
