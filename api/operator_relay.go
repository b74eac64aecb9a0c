package api

import (
	"net/http"
	"strconv"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/audit"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// relayOut is how events are carried.
type relayOut struct {
	Driver string            `json:"driver"` // of the node that answers
	Log    eventlog.Standing `json:"log"`
}

type lettersIn struct {
	Channel string `query:"channel" json:"-" validate:"max=200" description:"a name, or the beginning of names with * behind it; all when left out"`
	Sink    string `query:"sink" json:"-" validate:"max=300" description:"the name of one sink; all when left out"`
	After   int64  `query:"after" json:"-" validate:"min=0" description:"nextCursor of the page before"`
	Limit   int    `query:"limit" json:"-" validate:"min=0,max=500" description:"50 when left out"`
}

// lettersOut is a page of dead letters and how many there are in all.
type lettersOut struct {
	Count   int64             `json:"count"`
	Letters []eventlog.Letter `json:"letters"`
}

type letterIn struct {
	ID int64 `path:"id" json:"-" validate:"min=1"`
}

// someLettersIn chooses dead letters to do something with. There is no default: who means all
// says so.
type someLettersIn struct {
	Channel string `query:"channel" json:"-" validate:"required,max=200" description:"a name, or the beginning of names with * behind it; * alone is all"`
	Sink    string `query:"sink" json:"-" validate:"max=300" description:"the name of one sink; all when left out"`
}

// lettersDone says how many dead letters something was done with.
type lettersDone struct {
	Count int64 `json:"count"`
}

// doLetters is what can be done with dead letters.
type doLetters func(r *http.Request, f eventlog.LetterFilter, also func(*eventlog.Batch)) (int64, error)

// relayRoutes are about the way of events from the log to sockets.
func (s *server) relayRoutes() {
	const tag, all = "operations", "/api/operator/dead-letters"
	replay := func(r *http.Request, f eventlog.LetterFilter, also func(*eventlog.Batch)) (int64, error) {
		return s.o.Log.Replay(r.Context(), f, also)
	}
	drop := func(r *http.Request, f eventlog.LetterFilter, also func(*eventlog.Batch)) (int64, error) {
		return s.o.Log.DropLetters(r.Context(), f, also)
	}
	add(s, route[nothing, relayOut]{method: "GET", path: "/api/operator/relay", tag: tag, access: operators,
		summary: "How far events are carried: what each node and each external server has not got, who relays, and what keeps it from doing so.",
		handle: func(r *http.Request, _ accounts.Actor, _ nothing) (reply[relayOut], error) {
			standing, err := s.o.Log.Standing(r.Context())
			return reply[relayOut]{Data: relayOut{s.o.Realtime.Driver, standing}}, err
		}})
	add(s, route[lettersIn, lettersOut]{method: "GET", path: all, tag: tag, access: operators,
		summary: "Events that an external server refused for good, the oldest first, without what they carry.", handle: s.letters})
	add(s, route[letterIn, lettersDone]{method: "POST", path: all + "/{id}/replay", tag: tag, access: operators,
		summary: "Send a dead letter again. Whoever relays does it within a second.", handle: one(audit.LettersReplayed, replay)})
	add(s, route[letterIn, lettersDone]{method: "DELETE", path: all + "/{id}", tag: tag, access: operators,
		summary: "Forget a dead letter. Its event stays in the log, where clients catch up.", handle: one(audit.LettersDropped, drop)})
	add(s, route[someLettersIn, lettersDone]{method: "POST", path: all + "/replay", tag: tag, access: operators,
		summary: "Send all dead letters of a filter again.", handle: some(audit.LettersReplayed, replay)})
	add(s, route[someLettersIn, lettersDone]{method: "DELETE", path: all, tag: tag, access: operators,
		summary: "Forget all dead letters of a filter.", handle: some(audit.LettersDropped, drop)})
}

func (s *server) letters(r *http.Request, _ accounts.Actor, in lettersIn) (reply[lettersOut], error) {
	f, limit := eventlog.LetterFilter{Channel: in.Channel, Sink: in.Sink}, pageSize(in.Limit)
	count, err := s.o.Log.LetterCount(r.Context(), f)
	if err != nil {
		return reply[lettersOut]{}, err
	}
	list, err := s.o.Log.Letters(r.Context(), f, in.After, limit+1)
	out := reply[lettersOut]{Data: lettersOut{count, list}}
	if len(list) > limit {
		out.Data.Letters = list[:limit]
		out.Next = strconv.FormatInt(list[limit-1].Number, 10)
	}
	return out, err
}

// one does it with the dead letter of a number.
func one(action audit.Action, do doLetters) func(*http.Request, accounts.Actor, letterIn) (reply[lettersDone], error) {
	return func(r *http.Request, actor accounts.Actor, in letterIn) (reply[lettersDone], error) {
		n, err := do(r, eventlog.LetterFilter{Number: in.ID}, func(batch *eventlog.Batch) {
			audit.Write(batch, actor.By(), audit.Deed{Action: action, Object: strconv.FormatInt(in.ID, 10)})
		})
		return reply[lettersDone]{Data: lettersDone{n}}, err
	}
}

// some does it with those of a filter.
func some(action audit.Action, do doLetters) func(*http.Request, accounts.Actor, someLettersIn) (reply[lettersDone], error) {
	return func(r *http.Request, actor accounts.Actor, in someLettersIn) (reply[lettersDone], error) {
		if in.Channel == "" {
			const say = "Name a channel, or * for all."
			return reply[lettersDone]{}, errShape.Saying(say).At(fault.Field{Pointer: "/channel", Detail: say})
		}
		n, err := do(r, eventlog.LetterFilter{Channel: in.Channel, Sink: in.Sink}, func(batch *eventlog.Batch) {
			deed := audit.Deed{Action: action, Object: nameless(in.Channel)}
			if in.Sink != "" {
				deed.Detail = map[string]string{"sink": in.Sink}
			}
			audit.Write(batch, actor.By(), deed)
		})
		return reply[lettersDone]{Data: lettersDone{n}}, err
	}
}
