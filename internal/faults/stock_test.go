package faults

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// spectator is a program with the stock pusher-js that prints each event of a channel as a
// line {"name", "data"}.
type spectator struct {
	mu    sync.Mutex // guards heard
	heard []Delivery
}

// startSpectator starts the command of -stock.
func startSpectator(t *testing.T, command, url, channel string) *spectator {
	t.Helper()
	s := &spectator{}
	words := append(strings.Fields(command), url, channel)
	cmd := exec.Command(words[0], words[1:]...) //nolint:gosec // whoever starts the tests names it
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			var line struct {
				Name string
				Data json.RawMessage
			}
			var e Delivery
			if json.Unmarshal(lines.Bytes(), &line) == nil && json.Unmarshal(line.Data, &e) == nil {
				e.Name = line.Name
				s.mu.Lock()
				s.heard = append(s.heard, e)
				s.mu.Unlock()
			}
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-done
		_ = cmd.Wait() // it was killed
	})
	return s
}

// startStock lets three spectators be the stock pusher-js, if -stock names it.
func (g *grand) startStock() (list []*spectator) {
	if *stock == "" {
		return nil
	}
	for range 3 {
		list = append(list, startSpectator(g.t, *stock, g.balancer(), HallChannel))
	}
	return list
}

// checkStock wants each of them to have printed the whole log, in order.
func (g *grand) checkStock(spectators []*spectator) {
	if len(spectators) == 0 {
		return
	}
	log, _ := ReadLog(g.t, g.Coach, g.Nodes[2].URL(), HallChannel)
	wrong := 0
	for _, s := range spectators {
		Until(g.t, "pusher-js has caught up", func() bool { s.mu.Lock(); defer s.mu.Unlock(); return len(s.heard) >= len(log) })
		s.mu.Lock()
		for i, e := range log {
			if s.heard[i].ID != e.ID || s.heard[i].Seq != e.Seq {
				wrong++
			}
		}
		wrong += len(s.heard) - len(log)
		s.mu.Unlock()
	}
	Figure(g.t, "grand.missing_or_out_of_order_with_pusher_js", float64(wrong), 0)
}
