//go:build !linux

package hub

import "net"

// pollers are not needed: every connection has a goroutine of its own.
type pollers struct{}

func (h *Hub) poll(net.Conn, *socket) wire { return nil }

func (h *Hub) closePollers() {}
