package live_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/ftc/live"
	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// field is an FTC event of four matches, at 10:00, 10:07, 10:14 and 10:21, and a clock.
type field struct {
	t    *testing.T
	pool *pgxpool.Pool
	log  *eventlog.Log
	live *live.Service
	now  time.Time
}

var (
	morning  = time.Date(2026, 1, 17, 10, 0, 0, 0, time.UTC)
	operator = accounts.Actor{Operator: true}
	raleigh  = ftc.EventKey{Season: 2025, Code: "USNCRA"}
)

func open(t *testing.T) *field {
	t.Helper()
	f := &field{t: t, pool: pgtest.New(t), now: morning}
	f.log = eventlog.New(f.pool, func(realtime.Channel, int64) {})
	f.live = live.New(f.pool, f.log, func() time.Time { return f.now })
	day := morning.Truncate(24 * time.Hour)
	c := ftc.Competition{Event: ftc.Event{EventKey: raleigh, Name: "Raleigh", Timezone: "UTC", StartsOn: &day, EndsOn: &day}}
	for n := range 4 {
		at := morning.Add(time.Duration(n) * 7 * time.Minute)
		c.Matches = append(c.Matches, ftc.Match{MatchKey: key(n + 1), ScheduledAt: &at})
	}
	_, err := f.live.Import(t.Context(), operator, live.Import{Competition: c})
	must(t, err)
	return f
}

func key(n int) ftc.MatchKey { return ftc.MatchKey{EventKey: raleigh, Level: ftc.Qual, Number: n} }

// after moves the clock to so long after 10:00.
func (f *field) after(d time.Duration) { f.now = morning.Add(d) }

func (f *field) start(n int, source live.Source) bool {
	f.t.Helper()
	news, err := f.live.Start(f.t.Context(), live.Report{MatchKey: key(n), At: f.now, Source: source})
	must(f.t, err)
	return news
}

// official posts an official result of a match that began so long after 10:00.
func (f *field) official(n int, began time.Duration, red, blue int) {
	f.t.Helper()
	started := morning.Add(began)
	must(f.t, f.log.Write(f.t.Context(), func(tx pgx.Tx, batch *eventlog.Batch) error {
		_, _, err := f.live.Record(f.t.Context(), tx, batch, ftc.Result{
			MatchKey: key(n), StartedAt: &started, PostedAt: f.now, Official: true, Alliances: alliances(red, blue),
		})
		return err
	}))
}

func alliances(red, blue int) []ftc.AllianceResult {
	return []ftc.AllianceResult{{Alliance: ftc.Red, Total: red, NoFoul: red}, {Alliance: ftc.Blue, Total: blue, NoFoul: blue}}
}

func (f *field) suppose() {
	f.t.Helper()
	must(f.t, f.live.Suppose(f.t.Context()))
}

// told is what the channel of the match has told, in one line.
func (f *field) told(n int) string {
	f.t.Helper()
	page, err := f.log.Read(f.t.Context(), realtime.Channel(fmt.Sprintf("match-USNCRA-%d", n)), 0, 100)
	must(f.t, err)
	var words []string
	for _, e := range page.Events {
		word := strings.TrimPrefix(e.Name, "match:")
		for _, source := range []string{"ftclive", "operator", "schedule"} {
			if strings.Contains(string(e.Data), `"source":"`+source+`"`) {
				word += "/" + source
			}
		}
		if _, rev, ok := strings.Cut(string(e.Data), `"rev":`); ok {
			word += "/" + strings.TrimSuffix(rev, "}")
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

func (f *field) want(n int, told string) {
	f.t.Helper()
	if got := f.told(n); got != told {
		f.t.Errorf("match %d: told %q, want %q", n, got, told)
	}
}

func TestAStartComesOnceForEachPlay(t *testing.T) {
	f := open(t)
	f.after(time.Minute)
	for n, source := range []live.Source{live.Operator, live.FTCLive, live.Operator, live.Schedule} {
		if news := f.start(1, source); news != (n == 0) {
			t.Errorf("report %d by %s: news %v", n, source, news)
		}
	}
	f.want(1, "started/operator")
	f.after(6 * time.Minute)
	f.official(1, time.Minute, 10, 20)
	if f.start(1, live.Schedule) {
		t.Error("the schedule starts a match that is over")
	}
	late, err := f.live.Start(t.Context(), live.Report{MatchKey: key(1), At: morning.Add(2 * time.Minute), Source: live.FTCLive})
	if err != nil || late {
		t.Errorf("a late report of the first play: %v, %v", late, err)
	}
	f.after(30 * time.Minute)
	f.start(1, live.FTCLive) // the replay
	f.start(1, live.Operator)
	f.after(35 * time.Minute)
	f.official(1, 30*time.Minute, 30, 20)
	f.want(1, "started/operator completed/1 started/ftclive completed/2")
}

func TestAnAbortWithdrawsAStart(t *testing.T) {
	f := open(t)
	abort := func(want bool) {
		t.Helper()
		news, err := f.live.Abort(t.Context(), live.Report{MatchKey: key(1), At: f.now, Source: live.FTCLive})
		if err != nil || news != want {
			t.Errorf("an abort: %v, %v; want %v", news, err, want)
		}
	}
	abort(false)
	f.start(1, live.FTCLive)
	abort(true)
	abort(false)
	f.after(10 * time.Minute)
	f.suppose()
	f.want(1, "started/ftclive aborted/ftclive")
	f.start(1, live.FTCLive)
	f.want(1, "started/ftclive aborted/ftclive started/ftclive")
	f.after(15 * time.Minute)
	f.official(1, 10*time.Minute, 1, 2)
	abort(false)
}

func TestTheScheduleSupposes(t *testing.T) {
	f := open(t)
	f.after(119 * time.Second)
	f.suppose()
	f.want(1, "")
	f.after(2 * time.Minute)
	f.suppose()
	f.suppose()
	f.want(1, "started/schedule")
	if f.start(1, live.FTCLive) { // the same play, and known better now
		t.Error("a real start after a supposed one is told again")
	}
	f.after(6 * time.Minute)
	f.start(2, live.Operator) // early
	f.after(10 * time.Minute)
	f.suppose()
	f.want(2, "started/operator")
	f.official(2, 17*time.Minute, 1, 2) // match 2 was ten minutes late, so match 3 is due at 10:24
	f.after(25 * time.Minute)
	f.suppose()
	f.want(3, "")
	f.after(26 * time.Minute)
	f.suppose()
	f.want(3, "started/schedule")
	f.want(4, "")
	f.after(24 * time.Hour)
	f.suppose()
	f.want(4, "")
}

// TestAResultBringsTheStartThatNobodyTold, once, and not with what is old.
func TestAResultBringsTheStartThatNobodyTold(t *testing.T) {
	f := open(t)
	f.after(5 * time.Minute)
	f.official(1, time.Minute, 1, 2)
	f.want(1, "started/schedule completed/1")
	f.official(1, time.Minute, 3, 2)
	f.want(1, "started/schedule completed/1 completed/2")
	posted := f.now
	f.after(3 * time.Hour)
	started := morning
	_, err := f.live.Import(t.Context(), operator, live.Import{
		Competition: ftc.Competition{Event: ftc.Event{EventKey: raleigh, Name: "Raleigh", Timezone: "UTC"}},
		Results:     []ftc.Result{{MatchKey: key(2), StartedAt: &started, PostedAt: posted, Official: true, Alliances: alliances(1, 1)}},
	})
	must(t, err)
	f.want(2, "completed/1")
}

func TestOfficialResultsWin(t *testing.T) {
	f := open(t)
	f.start(1, live.Operator)
	enter := func(red int) bool {
		t.Helper()
		_, changed, err := f.live.Enter(t.Context(), operator, ftc.Result{MatchKey: key(1), Alliances: alliances(red, 20)})
		must(t, err)
		return changed
	}
	f.after(4 * time.Minute)
	if !enter(10) || enter(10) || !enter(11) {
		t.Error("an operator's results: new, the same, corrected")
	}
	f.after(6 * time.Minute)
	f.official(1, 30*time.Second, 12, 20)
	if enter(13) {
		t.Error("an operator overrules the officials")
	}
	f.want(1, "started/operator completed/1 completed/2 completed/3")
	list, err := f.live.Matches(t.Context(), raleigh, false)
	must(t, err)
	if m := list[0]; m.State != live.Over || !m.Result.Official || m.Result.Plays != 1 || m.Result.Alliances[0].Total != 12 || list[1].State != live.Waiting {
		t.Errorf("%+v", list[:2])
	}
}

// TestASlipMakesNoMatch: a number that the schedule does not have is refused, and one of the
// playoffs or of an event without a schedule is not.
func TestASlipMakesNoMatch(t *testing.T) {
	f := open(t)
	slip := key(99)
	_, _, err := f.live.Enter(t.Context(), operator, ftc.Result{MatchKey: slip, Alliances: alliances(10, 20)})
	if !errors.Is(err, live.ErrNoMatch) {
		t.Errorf("match 99: %v", err)
	}
	slip.Level, slip.Series, slip.Number = ftc.Playoff, 1, 1
	_, _, err = f.live.Enter(t.Context(), operator, ftc.Result{MatchKey: slip, Alliances: alliances(10, 20)})
	must(t, err)
	meet := ftc.EventKey{Season: raleigh.Season, Code: "MEET"}
	must(t, ftc.New(f.pool).Put(t.Context(), ftc.Competition{Event: ftc.Event{EventKey: meet, Name: "Meet"}}))
	for number := range 2 {
		_, _, err := f.live.Enter(t.Context(), operator, ftc.Result{MatchKey: ftc.MatchKey{EventKey: meet, Level: ftc.Qual, Number: number + 1}, Alliances: alliances(10, 20)})
		must(t, err)
	}
}

// TestNothingIsToldOfWhatIsNotStored: an operator without the right, and a match that is
// not there.
func TestNothingIsToldOfWhatIsNotStored(t *testing.T) {
	f := open(t)
	stranger := accounts.Actor{}
	if _, err := f.live.Press(t.Context(), stranger, live.Report{MatchKey: key(1)}); err == nil {
		t.Error("a stranger starts a match")
	}
	if _, _, err := f.live.Enter(t.Context(), stranger, ftc.Result{MatchKey: key(1), Alliances: alliances(1, 2)}); err == nil {
		t.Error("a stranger enters a result")
	}
	if _, err := f.live.Start(t.Context(), live.Report{MatchKey: key(99), Source: live.Operator}); err == nil {
		t.Error("a match starts that is not there")
	}
	f.want(1, "")
}

// TestChannelsOfOldSeasons: the names without a season belong to the newest event of a code.
func TestChannelsOfOldSeasons(t *testing.T) {
	f := open(t)
	next := ftc.Event{EventKey: ftc.EventKey{Season: 2026, Code: "USNCRA"}, Name: "Raleigh again", Timezone: "UTC"}
	_, err := f.live.Import(t.Context(), operator, live.Import{Competition: ftc.Competition{Event: next}})
	must(t, err)
	f.start(1, live.Operator)
	f.want(1, "")
	for _, channel := range []realtime.Channel{"event-2025-USNCRA", "match-2025-USNCRA-Q0-1"} {
		if page, err := f.log.Read(t.Context(), channel, 0, 10); err != nil || len(page.Events) != 1 {
			t.Errorf("%s: %d events, %v", channel, len(page.Events), err)
		}
	}
	if page, err := f.log.Read(t.Context(), "event-USNCRA", 0, 10); err != nil || len(page.Events) != 0 {
		t.Errorf("the channel of the code tells of an old season: %v, %v", page, err)
	}
}
