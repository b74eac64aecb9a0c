package firstapi_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/ftc/firstapi"
	"github.com/ftcmetrics/ftcmetrics/ftc/firstapi/firstapitest"
)

func TestAWrongTokenIsRefusedOnce(t *testing.T) {
	r := start(t, evening, func(o *firstapi.Options) { o.Token = "wrong" })
	if _, err := r.CurrentSeason(t.Context()); !errors.Is(err, firstapi.ErrCredentials) {
		t.Error(err)
	}
	if n := len(r.seen()); n != 1 {
		t.Errorf("%d requests; a wrong token does not become right", n)
	}
}

func TestNewRefusesWhatCannotWork(t *testing.T) {
	for name, change := range map[string]func(*firstapi.Options){
		"no user name":       func(o *firstapi.Options) { o.Username = "" },
		"no token":           func(o *firstapi.Options) { o.Token = "" },
		"no address":         func(o *firstapi.Options) { o.URL = "ftc-api" },
		"another scheme":     func(o *firstapi.Options) { o.URL = "ftp://example.org" },
		"a password in it":   func(o *firstapi.Options) { o.URL = "https://a:verysecret@example.org" },
		"a query":            func(o *firstapi.Options) { o.URL = "https://example.org/?a=b" },
		"no URL whatsoever":  func(o *firstapi.Options) { o.URL = "https://%zz" },
		"a control char URL": func(o *firstapi.Options) { o.URL = "https://a\nb" },
	} {
		o := firstapi.Options{URL: "https://example.org", Username: "a", Token: "b"}
		change(&o)
		if _, err := firstapi.New(o); err == nil || strings.Contains(err.Error(), "verysecret") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := firstapi.New(firstapi.Options{Username: "a", Token: "b"}); err != nil {
		t.Error(err)
	}
}

func TestTheAddressMayEndWithTheVersion(t *testing.T) {
	for _, tail := range []string{"", "/", "/v2.0", "/v2.0/"} {
		r := start(t, evening, func(o *firstapi.Options) { o.URL += tail })
		if season, err := r.CurrentSeason(t.Context()); err != nil || season != 2025 {
			t.Errorf("%q: season %d, %v", tail, season, err)
		}
	}
}

func TestUnknownEvents(t *testing.T) {
	r := start(t, evening)
	unknown := r.event
	unknown.Code = "NOPE"
	calls := map[string]func(ftc.Event) error{
		"event": func(e ftc.Event) error { _, err := r.Event(t.Context(), e.EventKey); return err },
		"teams": func(e ftc.Event) error { _, err := r.Teams(t.Context(), e.EventKey); return err },
		"schedule": func(e ftc.Event) error {
			_, err := r.Schedule(t.Context(), e, ftc.Qual, firstapi.Since{})
			return err
		},
		"matches": func(e ftc.Event) error {
			_, err := r.Matches(t.Context(), e, ftc.Qual, firstapi.Since{})
			return err
		},
		"results": func(e ftc.Event) error {
			_, err := r.Results(t.Context(), e, ftc.Qual, firstapi.Since{})
			return err
		},
		"scores": func(e ftc.Event) error {
			_, err := r.Scores(t.Context(), e.EventKey, ftc.Qual, firstapi.Since{})
			return err
		},
		"rankings":  func(e ftc.Event) error { _, err := r.Rankings(t.Context(), e.EventKey, firstapi.Since{}); return err },
		"alliances": func(e ftc.Event) error { _, err := r.Alliances(t.Context(), e.EventKey, firstapi.Since{}); return err },
	}
	for name, call := range calls {
		if err := call(unknown); !errors.Is(err, ftc.ErrNoEvent) {
			t.Errorf("%s of an unknown event: %v", name, err)
		}
		if err := call(r.event); err != nil {
			t.Errorf("%s of the event: %v", name, err)
		}
		r.seen()
		bad := r.event
		bad.Code = "../teams?x="
		if err := call(bad); !errors.Is(err, ftc.ErrCode) || len(r.seen()) != 0 {
			t.Errorf("%s of a code that is none: %v", name, err)
		}
	}
	other := r.event.EventKey
	other.Season = 2019
	if _, err := r.Event(t.Context(), other); !errors.Is(err, ftc.ErrNoEvent) {
		t.Errorf("in another season: %v", err)
	}
	if reply, err := r.Events(t.Context(), 2019, firstapi.Since{}); err != nil || len(reply.Rows) != 0 {
		t.Errorf("a season without events: %v, %v", reply, err)
	}
}

// TestAnEventThatTheServerKnowsAndListsNot answers with an empty list and status 200, as the
// real server does for some codes.
func TestAnEventThatTheServerKnowsAndListsNot(t *testing.T) {
	c := scripted(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"events":[],"eventCount":0}`) })
	if _, err := c.Event(t.Context(), ftc.EventKey{Season: 2025, Code: "USNCRA"}); !errors.Is(err, ftc.ErrNoEvent) {
		t.Error(err)
	}
}

// scripted is a client of a server that answers what the test says, for answers that the
// fake never gives.
func scripted(t *testing.T, handler http.HandlerFunc, change ...func(*firstapi.Options)) *firstapi.Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	o := firstapi.Options{URL: server.URL, Username: "a", Token: "b", Spacing: time.Nanosecond, Pause: time.Millisecond, Transport: server.Client().Transport}
	for _, c := range change {
		c(&o)
	}
	c, err := firstapi.New(o)
	must(t, err)
	return c
}

func TestUnchangedListsAreNotSentAgain(t *testing.T) {
	r := start(t, "12:00:00")
	first, err := r.Matches(t.Context(), r.event, ftc.Qual, firstapi.Since{})
	must(t, err)
	if first.Modified.IsZero() || first.Unchanged || len(first.Rows) != 27 {
		t.Fatalf("at first: %d rows, modified %s", len(first.Rows), first.Modified)
	}
	for _, only := range []bool{false, true} {
		r.seen()
		again, err := r.Matches(t.Context(), r.event, ftc.Qual, firstapi.Since{Modified: first.Modified, OnlyChanged: only})
		must(t, err)
		if !again.Unchanged || len(again.Rows) != 0 || !again.Modified.Equal(first.Modified) {
			t.Errorf("again, only changed %v: %+v", only, again)
		}
		h := r.seen()[0].Header
		if (h.Get("If-Modified-Since") == "") == !only || (h.Get("FMS-OnlyModifiedSince") == "") == only {
			t.Errorf("only changed %v: headers %v", only, h)
		}
	}
	r.clock.Set(day(t, "12:16:00")) // qualification match 13 is posted
	all, err := r.Matches(t.Context(), r.event, ftc.Qual, firstapi.Since{Modified: first.Modified})
	must(t, err)
	changed, err := r.Matches(t.Context(), r.event, ftc.Qual, firstapi.Since{Modified: first.Modified, OnlyChanged: true})
	must(t, err)
	if len(all.Rows) != 27 || len(changed.Rows) != 1 || changed.Rows[0].Number != 13 || changed.Rows[0].Result == nil {
		t.Errorf("after a match: %d rows of all, changed %s", len(all.Rows), shape(t, changed))
	}
}

func TestEmptyListsAreNoErrors(t *testing.T) {
	r := start(t, "08:00:00")
	matches, err := r.Matches(t.Context(), r.event, ftc.Qual, firstapi.Since{})
	must(t, err)
	rankings, err := r.Rankings(t.Context(), r.event.EventKey, firstapi.Since{Modified: day(t, "07:00:00")})
	must(t, err)
	if len(matches.Rows)+len(rankings.Rows) != 0 || matches.Unchanged || rankings.Unchanged || !matches.Modified.IsZero() {
		t.Errorf("%+v, %+v", matches, rankings)
	}
}

func TestListNamesInAnyCase(t *testing.T) {
	for _, c := range []firstapitest.Case{firstapitest.Mixed, firstapitest.Capital, firstapitest.Lower} {
		r := start(t, evening)
		r.fake.WriteLists(c)
		tr := readTruth(t, r.clock.Now)
		if got, want := shape(t, view(t, r.Client, tr.event)), shape(t, view(t, tr, tr.event)); got != want {
			t.Errorf("case %d: the view differs:\n%s", c, got)
		}
	}
}

func TestTeamsOnManyPages(t *testing.T) {
	for _, size := range []int{1, 5, 20, 21, 100} {
		r := start(t, evening)
		r.fake.PageSize(size)
		for _, code := range []string{r.event.Code, ""} {
			r.seen()
			reply, err := r.Teams(t.Context(), ftc.EventKey{Season: 2025, Code: code})
			must(t, err)
			if pages := (21 + size - 1) / size; len(reply.Rows) != 21 || len(r.seen()) != pages {
				t.Errorf("%d on a page: %d teams, wanted 21 by %d calls", size, len(reply.Rows), pages)
			}
		}
	}
}

func TestPagesWithoutAnEndAreRefused(t *testing.T) {
	calls := 0
	c := scripted(t, func(w http.ResponseWriter, _ *http.Request) {
		calls++
		fmt.Fprint(w, `{"teams":[{"teamNumber":1}],"pageTotal":2000000000}`)
	})
	if _, err := c.Teams(t.Context(), ftc.EventKey{Season: 2025}); !errors.Is(err, firstapi.ErrUnreadable) || calls != 1 {
		t.Errorf("%v after %d calls", err, calls)
	}
}

// TestShortTroubleIsNotSeen lets the first requests fail in every way; the caller gets the answer.
func TestShortTroubleIsNotSeen(t *testing.T) {
	for _, kind := range []firstapitest.Kind{firstapitest.Busy, firstapitest.Cut, firstapitest.HTML, firstapitest.Hang} {
		r := start(t, evening, func(o *firstapi.Options) {
			if kind == firstapitest.Hang {
				o.Timeout = 100 * time.Millisecond
			}
		})
		r.fake.Fail(firstapitest.Trouble{Kind: kind, Times: 2})
		if season, err := r.CurrentSeason(t.Context()); err != nil || season != 2025 {
			t.Errorf("trouble %d: %d, %v", kind, season, err)
		}
	}
}

func TestLongTroubleHasAName(t *testing.T) {
	for kind, want := range map[firstapitest.Kind]error{
		firstapitest.Busy: firstapi.ErrUnavailable, firstapitest.Cut: firstapi.ErrUnavailable,
		firstapitest.Hang: firstapi.ErrUnavailable, firstapitest.HTML: firstapi.ErrUnreadable,
	} {
		r := start(t, evening, func(o *firstapi.Options) {
			if kind == firstapitest.Hang {
				o.Timeout = time.Second // for each try; less could end before the server has heard of it
			}
		})
		r.fake.Fail(firstapitest.Trouble{Kind: kind})
		_, err := r.Matches(t.Context(), r.event, ftc.Qual, firstapi.Since{})
		if !errors.Is(err, want) || fault.From(err).Kind != fault.Unavailable {
			t.Errorf("trouble %d: %v", kind, err)
		}
		if n := len(r.seen()); n != 4 {
			t.Errorf("trouble %d: %d tries", kind, n)
		}
		r.fake.Mend()
	}
}

func TestTooMuchIsNotRead(t *testing.T) {
	r := start(t, evening)
	r.fake.Fail(firstapitest.Trouble{Kind: firstapitest.Huge})
	if _, err := r.Matches(t.Context(), r.event, ftc.Qual, firstapi.Since{}); !errors.Is(err, firstapi.ErrUnreadable) || len(r.seen()) != 1 {
		t.Error(err)
	}
}

func TestAServerThatIsNotThere(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	r := start(t, evening, func(o *firstapi.Options) { o.URL = server.URL })
	if _, err := r.CurrentSeason(t.Context()); !errors.Is(err, firstapi.ErrUnavailable) {
		t.Error(err)
	}
}

// TestWhatIsNoListIsNoEmptyList would else make a server forget its schedule.
func TestWhatIsNoListIsNoEmptyList(t *testing.T) {
	for _, body := range []string{``, `{}`, `{"matches":[]}`, `[]`, `null`, `{"schedule":{}}`, `{"schedule":"none"}`, `{"schedule":[`, `{"error":"no"}`} {
		c := scripted(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, body) })
		if reply, err := c.Matches(t.Context(), ftc.Event{EventKey: ftc.EventKey{Season: 2025, Code: "A"}}, ftc.Qual, firstapi.Since{}); !errors.Is(err, firstapi.ErrUnreadable) {
			t.Errorf("%s: %+v, %v", body, reply, err)
		}
	}
}

func TestOtherStatuses(t *testing.T) {
	for status, want := range map[int]error{
		301: firstapi.ErrRefused, 304: firstapi.ErrRefused, 400: firstapi.ErrRefused, 403: firstapi.ErrCredentials, 404: firstapi.ErrRefused,
		410: firstapi.ErrRefused, 429: firstapi.ErrUnavailable, 500: firstapi.ErrUnavailable, 501: firstapi.ErrRefused, 502: firstapi.ErrUnavailable,
	} {
		c := scripted(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
		if _, err := c.CurrentSeason(t.Context()); !errors.Is(err, want) {
			t.Errorf("status %d: %v", status, err)
		}
	}
}

// TestTheTokenGoesNowhereElse redirects the client to another server.
func TestTheTokenGoesNowhereElse(t *testing.T) {
	var told []string
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { told = append(told, r.Header.Get("Authorization")) }))
	t.Cleanup(other.Close)
	c := scripted(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, http.StatusFound) })
	if _, err := c.CurrentSeason(t.Context()); !errors.Is(err, firstapi.ErrRefused) || len(told) != 0 {
		t.Errorf("%v, the other server got %q", err, told)
	}
}

// TestNoSecretInLogsOrErrors lets everything fail, and prints everything that can be printed.
func TestNoSecretInLogsOrErrors(t *testing.T) {
	const token = "3e9e1d2c-very-secret"
	r := start(t, evening, func(o *firstapi.Options) { o.Token, o.Timeout = token, 50*time.Millisecond })
	var printed bytes.Buffer
	for _, kind := range []firstapitest.Kind{firstapitest.Busy, firstapitest.Cut, firstapitest.Hang, firstapitest.HTML, firstapitest.Huge} {
		r.fake.Fail(firstapitest.Trouble{Kind: kind})
		_, err := r.CurrentSeason(t.Context())
		fmt.Fprintf(&printed, "%v %+v %#v\n", err, err, err)
	}
	r.fake.Mend()
	_, err := r.CurrentSeason(t.Context())
	fmt.Fprintf(&printed, "%v %+v %#v\n%s", err, r.Client, r.Client, r.log)
	encoded := base64.StdEncoding.EncodeToString([]byte(firstapitest.Username + ":" + token))
	for _, secret := range []string{token, encoded} {
		if strings.Contains(printed.String(), secret) {
			t.Errorf("%s is in what is printed", secret)
		}
	}
	if !strings.Contains(r.log.String(), "a call to FIRST's server failed") {
		t.Error("nothing was logged at all")
	}
}

// TestEqualCallsAreOne holds the answer back until all callers wait; then the one who began
// the call leaves, and the others get the answer.
func TestEqualCallsAreOne(t *testing.T) {
	const callers = 8
	var calls atomic.Int32
	asked, release := make(chan struct{}, callers), make(chan struct{})
	c := scripted(t, func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		asked <- struct{}{}
		select {
		case <-release:
		case <-r.Context().Done():
		}
		fmt.Fprint(w, `{"currentSeason":2025}`)
	})
	impatient, cancel := context.WithCancel(t.Context())
	defer cancel()
	left := make(chan error, 1)
	go func() { _, err := c.CurrentSeason(impatient); left <- err }()
	<-asked // the call is under way
	results := make(chan error, callers)
	for range callers {
		go func() {
			season, err := c.CurrentSeason(t.Context())
			if err == nil && season != 2025 {
				err = fmt.Errorf("season %d", season)
			}
			results <- err
		}()
	}
	waitFor(t, "all callers", func() bool { return c.Waiting() == callers+1 })
	cancel()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("who left got %v", err)
	}
	release <- struct{}{}
	for range callers {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
	if n := calls.Load(); n != 1 {
		t.Errorf("%d calls", n)
	}
}

// waitFor polls a condition until it holds.
func waitFor(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// TestACallThatNobodyWaitsForEnds sees the connection go away when the last caller leaves.
func TestACallThatNobodyWaitsForEnds(t *testing.T) {
	asked, gone := make(chan struct{}), make(chan struct{})
	c := scripted(t, func(_ http.ResponseWriter, r *http.Request) {
		close(asked)
		<-r.Context().Done()
		close(gone)
	})
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error)
	go func() { _, err := c.CurrentSeason(ctx); failed <- err }()
	<-asked
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	select {
	case <-gone:
	case <-time.After(time.Minute):
		t.Error("the call goes on")
	}
}

func TestAnEndedContextAsksNobody(t *testing.T) {
	r := start(t, evening)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.CurrentSeason(ctx); !errors.Is(err, context.Canceled) || len(r.seen()) != 0 {
		t.Error(err)
	}
}

func TestTheServerChangesItsMind(t *testing.T) {
	r := start(t, "12:00:00")
	r.checkCorrection(t)
	r.checkReplay(t)
	r.checkPlayoffReplay(t)
	r.checkVanishing(t)
}

func (r *rig) checkCorrection(t *testing.T) {
	t.Helper()
	key := r.key(ftc.Qual, 0, 1)
	before, _ := r.match(t, key)
	must(t, r.fake.Correct(key, 0, 60))
	after, _ := r.match(t, key)
	if before.Result.Winner != ftc.Red || after.Result.Winner != ftc.Blue || after.Result.Blue.Points != before.Result.Blue.Points+60 {
		t.Errorf("before the correction %+v, after it %+v", before.Result, after.Result)
	}
	scores, err := r.Scores(t.Context(), key.EventKey, ftc.Qual, firstapi.Since{})
	must(t, err)
	if p := scores.Rows[0].Alliances[0].Points; p.Total != after.Result.Blue.Points || p.NoFoul+p.FoulsReceived != p.Total {
		t.Errorf("the corrected score is %+v of %+v", p, after.Result)
	}
}

func (r *rig) checkReplay(t *testing.T) {
	t.Helper()
	key := r.key(ftc.Qual, 0, 2)
	before, _ := r.match(t, key)
	r.clock.Advance(2 * time.Second) // from the correction
	results, err := r.Results(t.Context(), r.event, ftc.Qual, firstapi.Since{})
	must(t, err)
	r.clock.Advance(2 * time.Second)
	again, err := r.fake.Replay(key, day(t, "12:05:00"), day(t, "12:10:00"), 7, 0)
	must(t, err)
	open, there := r.match(t, key)
	fewer, err := r.Results(t.Context(), r.event, ftc.Qual, firstapi.Since{Modified: results.Modified})
	must(t, err)
	if again != key || !there || open.Result != nil || open.PostedAt != nil || len(fewer.Rows) != len(results.Rows)-1 {
		t.Errorf("while it is played again: %+v, %d results of %d", open, len(fewer.Rows), len(results.Rows))
	}
	r.clock.Set(day(t, "12:10:00"))
	after, _ := r.match(t, key)
	if after.Result == nil || after.Result.Red.Points != before.Result.Red.Points+7 || !after.PostedAt.Equal(day(t, "12:10:00")) || !after.StartedAt.Equal(day(t, "12:05:00")) {
		t.Errorf("after the replay: %s", shape(t, after))
	}
}

func (r *rig) checkPlayoffReplay(t *testing.T) {
	t.Helper()
	r.clock.Set(day(t, "15:00:00"))
	key := r.key(ftc.Playoff, 1, 1)
	again, err := r.fake.Replay(key, day(t, "15:02:00"), day(t, "15:06:00"), 0, 100)
	must(t, err)
	open, there := r.match(t, again)
	if again.Series != 1 || again.Number != 2 || !there || open.Result != nil {
		t.Errorf("while it is played again: %+v", open)
	}
	r.clock.Set(day(t, "15:06:00"))
	first, _ := r.match(t, key)
	second, _ := r.match(t, again)
	if first.Result.Winner != ftc.Red || second.Result == nil || second.Result.Winner != ftc.Blue {
		t.Errorf("first %s\nsecond %s", shape(t, first), shape(t, second))
	}
}

func (r *rig) checkVanishing(t *testing.T) {
	t.Helper()
	key := r.key(ftc.Qual, 0, 27)
	before, err := r.Matches(t.Context(), r.event, ftc.Qual, firstapi.Since{})
	must(t, err)
	r.clock.Advance(2 * time.Second)
	must(t, r.fake.Vanish(key))
	after, err := r.Matches(t.Context(), r.event, ftc.Qual, firstapi.Since{Modified: before.Modified})
	must(t, err)
	gone := !slices.ContainsFunc(after.Rows, func(m firstapi.Match) bool { return m.MatchKey == key })
	if len(before.Rows) != 27 || len(after.Rows) != 26 || !gone {
		t.Errorf("%d matches, then %d", len(before.Rows), len(after.Rows))
	}
	if r.fake.Vanish(key) == nil {
		t.Error("it vanished twice")
	}
}
