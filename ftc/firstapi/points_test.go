package firstapi_test

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"testing"

	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/ftc/firstapi"
	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
)

// scores reads one score row of a season with the alliances' objects.
func scores(t *testing.T, book *seasons.Book, season int, red, blue string) firstapi.Reply[firstapi.Score] {
	t.Helper()
	c := scripted(t, func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"matchScores":[{"matchLevel":"QUALIFICATION","matchSeries":0,"matchNumber":3,"alliances":[%s,%s]}]}`, blue, red)
	}, func(o *firstapi.Options) { o.Seasons = book })
	reply, err := c.Scores(t.Context(), ftc.EventKey{Season: season, Code: "A"}, ftc.Qual, firstapi.Since{})
	must(t, err)
	return reply
}

func TestEachSeasonsPoints(t *testing.T) {
	for season, c := range map[int]struct{ red, blue, want string }{
		2023: {
			`{"alliance":"Red","autoPoints":56,"dcPoints":59,"endgamePoints":40,"penaltyPointsCommitted":10,"prePenaltyTotal":155,"totalPoints":185}`,
			`{"alliance":"Blue","autoPoints":1,"dcPoints":2,"endgamePoints":3,"penaltyPointsCommitted":30,"prePenaltyTotal":6,"totalPoints":16}`,
			"{185 155 56 59 40 10 30 map[]}",
		},
		2024: { // teleopPoints holds park and ascent here
			`{"alliance":"Red","autoPoints":43,"teleopPoints":110,"teleopParkPoints":3,"teleopAscentPoints":15,"foulPointsCommitted":5,"preFoulTotal":153,"totalPoints":168}`,
			`{"alliance":"Blue","autoPoints":0,"teleopPoints":0,"teleopParkPoints":0,"teleopAscentPoints":0,"foulPointsCommitted":15,"preFoulTotal":0,"totalPoints":5}`,
			"{168 153 43 92 18 5 15 map[]}",
		},
		2025: {
			`{"alliance":"Red","autoPoints":23,"teleopPoints":73,"teleopBasePoints":15,"foulPointsCommitted":0,"preFoulTotal":96,"movementRP":true,"goalRP":false,"patternRP":true,"totalPoints":101}`,
			`{"alliance":"Blue","autoPoints":18,"teleopPoints":44,"teleopBasePoints":0,"foulPointsCommitted":5,"preFoulTotal":62,"movementRP":false,"goalRP":false,"patternRP":false,"totalPoints":62}`,
			"{101 96 23 58 15 0 5 map[goalRP:false movementRP:true patternRP:true]}",
		},
		2026: { // 31 in auto; 4 tips, 2 parks; 3 in the hive, flowers 17, garden 2
			`{"alliance":"Red","autoPoints":31,"teleopPoints":115,"teleopHivePollenNectar":3,"teleopFlowerPoints":17,"teleopGardenPoints":2,"foulPointsCommitted":5,"preFoulTotal":146,"swarmRP":true,"pollinator1RP":true,"pollinator2RP":false,"totalPoints":166}`,
			`{"alliance":"Blue","autoPoints":0,"teleopPoints":0,"teleopHivePollenNectar":0,"teleopFlowerPoints":0,"teleopGardenPoints":0,"foulPointsCommitted":20,"preFoulTotal":0,"swarmRP":false,"pollinator1RP":false,"pollinator2RP":false,"totalPoints":5}`,
			"{166 146 31 90 25 5 20 map[pollinator1RP:true pollinator2RP:false swarmRP:true]}",
		},
	} {
		row := scores(t, nil, season, c.red, c.blue).Rows[0]
		red := row.Alliances[1]
		if red.Alliance != ftc.Red || red.Points == nil || fmt.Sprint(*red.Points) != c.want || string(red.Details) != c.red {
			t.Errorf("%d: %+v, wanted %s", season, red.Points, c.want)
		}
	}
}

// TestANewGameIsANewFile adds a fifth season that shares no name with the others.
func TestANewGameIsANewFile(t *testing.T) {
	book, err := seasons.Read(os.DirFS("../../scouting/seasons/testdata/fifth"))
	must(t, err)
	row := scores(t, book, 2027,
		`{"alliance":"RED","Autonomous":9,"driven":30,"finale":2,"afloat":2,"finaleBonus":3,"small":1,"large":2,"tideRP":true,"grandTotal":44}`,
		`{"alliance":"blue","autonomous":1,"driven":1,"finale":0,"afloat":0,"finaleBonus":0,"small":3,"large":0,"tideRP":false,"grandTotal":7}`).Rows[0]
	if got := fmt.Sprint(*row.Alliances[1].Points); got != "{44 41 9 7 25 5 3 map[tideRP:true]}" {
		t.Error(got)
	}
}

func TestAScoreWithoutItsFieldsKeepsItsDetails(t *testing.T) {
	const red, blue = `{"alliance":"Red","autoPoints":1,"autoPoints2":2,"totalPoints":"x","preFoulTotal":1.5,"goalRP":1}`, `{"alliance":"Blue"}`
	for season, want := range map[int]string{
		2025: "[foulPointsCommitted goalRP movementRP patternRP preFoulTotal teleopBasePoints totalPoints]",
		1999: "[]", // a season that nobody described
	} {
		side := scores(t, nil, season, red, blue).Rows[0].Alliances[1]
		if side.Points != nil || fmt.Sprint(side.Missing) != want || string(side.Details) != red {
			t.Errorf("%d: %+v", season, side)
		}
	}
}

// TestRowsThatMakeNoSenseAreCounted, so that what they were is not taken for gone.
func TestRowsThatMakeNoSenseAreCounted(t *testing.T) {
	c := scripted(t, func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"schedule":[{"tournamentLevel":"QUALIFICATION","matchNumber":1,"futureField":{"a":[1]},"teams":null},
			{"tournamentLevel":"QUALIFICATION","matchNumber":"two"},{"tournamentLevel":"QUALIFICATION"},{"matchNumber":99999999999},
			{"tournamentLevel":"PLAYOFF","matchNumber":4,"series":1},7,null]}`)
	})
	reply, err := c.Matches(t.Context(), ftc.Event{EventKey: ftc.EventKey{Season: 2025, Code: "A"}}, ftc.Qual, firstapi.Since{})
	must(t, err)
	if len(reply.Rows) != 1 || reply.Unread != 6 || reply.Rows[0].Number != 1 || reply.Rows[0].Result != nil {
		t.Errorf("%+v", reply)
	}
}

// TestOddMatches has rows as other seasons and other moods of the server write them.
func TestOddMatches(t *testing.T) {
	for row, want := range map[string]string{
		// Seasons up to 2023 count semifinals and finals apart.
		`{"tournamentLevel":"SEMIFINAL","series":2,"matchNumber":1}`:                                                                           "playoff 2-1 no result",
		`{"tournamentLevel":"FINAL","series":2,"matchNumber":1}`:                                                                               "playoff 12-1 no result",
		`{"tournamentLevel":"Playoff","series":2,"matchNumber":1,"scoreRedFinal":0,"scoreBlueFinal":0}`:                                        "playoff 2-1 no result",
		`{"TournamentLevel":"PLAYOFF","Series":2,"MatchNumber":1,"PostResultTime":"0001-01-01T00:00:00","ScoreRedFinal":1,"ScoreBlueFinal":2}`: "playoff 2-1 no result",
		`{"tournamentLevel":"PLAYOFF","series":2,"matchNumber":1,"postResultTime":"2026-01-17T12:00:00","scoreRedFinal":5,"scoreBlueFinal":5}`: "playoff 2-1 5:5 tie posted 17:00",
		// Equal points, and still somebody won; in summer, and with a zone of its own.
		`{"tournamentLevel":"PLAYOFF","series":2,"matchNumber":1,"postResultTime":"2026-07-17T12:00:00.5","scoreRedFinal":5,"scoreBlueFinal":5,"blueWins":true}`: "playoff 2-1 5:5 BLUE posted 16:00",
		`{"tournamentLevel":"PLAYOFF","series":2,"matchNumber":1,"postResultTime":"2026-01-17T12:00:00Z","scoreRedFinal":6,"scoreBlueFinal":5}`:                  "playoff 2-1 6:5 RED posted 12:00",
		// A remote event's only robot, an empty place, places that no field has.
		`{"tournamentLevel":"PLAYOFF","series":2,"matchNumber":1,"teams":[{"teamNumber":7,"station":"1"},{"teamNumber":0,"station":"Red2"},{"teamNumber":8,"station":"Red4"},{"teamNumber":9,"station":"blue3","onField":false}]}`: "playoff 2-1 no result RED1=7 BLUE3=9 absent",
	} {
		c := scripted(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, "\ufeff{\"schedule\":[%s]}", row) })
		event := ftc.Event{EventKey: ftc.EventKey{Season: 2025, Code: "A"}, Timezone: "America/New_York"}
		reply, err := c.Matches(t.Context(), event, ftc.Playoff, firstapi.Since{})
		must(t, err)
		if len(reply.Rows) != 1 || brief(reply.Rows[0]) != want {
			t.Errorf("%s is %+v, wanted %s", row, reply, want)
		}
	}
}

// brief writes a match in a line.
func brief(m firstapi.Match) string {
	s := fmt.Sprintf("%s %d-%d", m.Level, m.Series, m.Number)
	if m.Result == nil {
		s += " no result"
	} else {
		winner := string(m.Result.Winner)
		if winner == "" {
			winner = "tie"
		}
		s += fmt.Sprintf(" %d:%d %s posted %s", m.Result.Red.Points, m.Result.Blue.Points, winner, m.PostedAt.Format("15:04"))
	}
	for _, robot := range m.Robots {
		s += fmt.Sprintf(" %s%d=%d", robot.Alliance, robot.Station, robot.TeamNumber)
		if robot.Absent {
			s += " absent"
		}
	}
	return s
}

func TestAnEventWithoutAZoneStillHasAnOrder(t *testing.T) {
	r := start(t, evening)
	r.event.Timezone = "Mars/Olympus"
	reply, err := r.Matches(t.Context(), r.event, ftc.Qual, firstapi.Since{})
	must(t, err)
	if !slices.IsSortedFunc(reply.Rows, func(a, b firstapi.Match) int { return a.PostedAt.Compare(*b.PostedAt) }) || reply.Rows[0].PostedAt.Hour() != 10 {
		t.Error("not in order by UTC")
	}
}
