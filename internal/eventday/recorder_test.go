package eventday

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

// public is the audience of what everybody may read; teams have their index.
const public = -1

// recorder reads every byte that leaves the server and looks for what its reader may not
// know: each team's private texts hold a canary of its own.
type recorder struct {
	canaries []string // by team

	mu    sync.Mutex // guards the fields below
	leaks []string
	bytes int
	texts int
}

// heard takes what an audience was shown. Where says how they came to it.
func (r *recorder) heard(audience int, where string, raw string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.bytes += len(raw)
	r.texts++
	for team, canary := range r.canaries {
		if team == audience {
			continue
		}
		if at := strings.Index(raw, canary); at >= 0 {
			r.leaks = append(r.leaks, fmt.Sprintf("%s shows team %d's canary: ...%.300s", where, team, raw[max(0, at-150):]))
		}
	}
}

// silent fails the test if anybody was shown what is not theirs.
func (r *recorder) silent(t *testing.T) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, leak := range r.leaks {
		if i == 10 {
			t.Errorf("and %d more", len(r.leaks)-i)
			break
		}
		t.Error(leak)
	}
	t.Logf("%d texts of %d bytes searched for canaries", r.texts, r.bytes)
}
