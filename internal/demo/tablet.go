package demo

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	sockets "github.com/ftcmetrics/ftcmetrics/realtime/client"
)

// maxBatch is the most entries that the API takes at once.
const maxBatch = 200

// tablet is a scout's device. What it records waits in its outbox until the server has
// acknowledged it; the outbox outlives the program.
type tablet struct {
	*person
	seat
	api  *client
	team uuid.UUID
	out  bool // somebody ended this tablet's membership or token
}

func newTablet(api *client, p *person, c *crew) *tablet {
	return &tablet{person: p, api: api, team: c.ID, seat: seat{
		token: p.Token, channels: []string{"presence-team-" + c.ID.String()}, onEvent: func(sockets.Message) {},
	}}
}

// record puts an entry into the outbox.
func (t *tablet) record(e entry) {
	e.ScoutingTeamID = t.team
	t.Outbox = append(t.Outbox, e)
}

// report is what became of the entries that a tablet sent.
type report struct {
	created int      // acknowledged, and new to the server
	refused []string // reasons; these entries are given up
	err     error    // why the others have to wait
}

// drain sends the outbox: one entry by itself, more as a batch. What fails for the moment
// stays in the outbox, to be sent again; the ids see to it that nothing is doubled.
func (t *tablet) drain(ctx context.Context) report {
	if len(t.Outbox) == 0 {
		return report{}
	}
	var r report
	if len(t.Outbox) == 1 {
		r = t.post(ctx)
	} else {
		r = t.batch(ctx, t.Outbox[:min(len(t.Outbox), maxBatch)])
	}
	if refused(r.err, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound) {
		t.out, t.Outbox = true, nil
	}
	return r
}

func (t *tablet) post(ctx context.Context) report {
	made := struct{ Rev int }{}
	status, err := t.api.callStatus(ctx, t.Token, http.MethodPost, "/api/scouting/entries", t.Outbox[0], &made)
	r := report{err: err}
	switch {
	case err == nil:
		r.created = count(status == http.StatusCreated)
		t.Outbox = nil
	case refused(err, http.StatusConflict, http.StatusUnprocessableEntity, http.StatusBadRequest):
		r = report{refused: []string{err.Error()}}
		t.Outbox = nil
	}
	return r
}

// batch is what a tablet does that comes back to the Wi-Fi.
func (t *tablet) batch(ctx context.Context, entries []entry) report {
	var answer struct {
		Results []struct {
			Status  int `json:"status"`
			Problem struct {
				Detail string `json:"detail"`
			} `json:"problem"`
		} `json:"results"`
	}
	var r report
	r.err = t.api.call(ctx, t.Token, http.MethodPost, "/api/scouting/entries/batch", map[string]any{"entries": entries}, &answer)
	if r.err != nil {
		return r
	}
	var waiting []entry
	for i, result := range answer.Results {
		one := &refusal{what: "an entry of a batch", status: result.Status, detail: result.Problem.Detail}
		switch {
		case result.Status < http.StatusMultipleChoices:
			r.created += count(result.Status == http.StatusCreated)
		case one.later() || refused(one, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound):
			waiting, r.err = append(waiting, entries[i]), one
		default:
			r.refused = append(r.refused, one.Error())
		}
	}
	t.Outbox = append(waiting, t.Outbox[len(entries):]...)
	return r
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
