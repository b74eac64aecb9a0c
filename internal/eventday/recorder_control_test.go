package eventday

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// slip is what nobody may do: a private text on a public channel.
type slip struct {
	Notes string `json:"notes"`
}

// TestALeakIsHeard is the control of the canaries: one that gets onto a public channel is
// heard by socket and in the log of the channel; the team that it is of may hear it.
func TestALeakIsHeard(t *testing.T) {
	h := open(t, slog.LevelInfo)
	h.payloads["test:slipped"] = openapi3.NewObjectSchema() // no document has a slip
	rec := &recorder{canaries: []string{"kanari0"}}
	spectator := &caller{t: t, hall: h, rec: rec, audience: public, name: "spectator"}
	w := spectator.watch("event-" + code)
	slipped := realtime.Define[slip]("test:slipped", "A slip.", "event-{eventCode}")
	must(t, h.log.Write(t.Context(), func(_ pgx.Tx, batch *eventlog.Batch) error {
		return batch.Add(slipped.On(slip{"notes of kanari0"}, realtime.Channel("event-"+code)))
	}))
	w.await("the slip", func() bool { return len(w.applied) == 1 })
	spectator.want("GET", "/api/channels/event-"+code+"/events", nil, 200)
	rec.heard(0, "the team's own list", "kanari0")
	rec.mu.Lock()
	defer rec.mu.Unlock()
	if len(rec.leaks) != 2 || !strings.Contains(rec.leaks[0], "a frame on event-") || !strings.Contains(rec.leaks[1], "GET /api/channels") {
		t.Errorf("heard %q", rec.leaks)
	}
}
