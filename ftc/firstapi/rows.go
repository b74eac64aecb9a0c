package firstapi

import (
	"encoding/json"
	"strings"
	"time"

	_ "time/tzdata" // zones must be known on machines without zone files

	"github.com/ftcmetrics/ftcmetrics/ftc"
)

// The rows as the server sends them. Go compares names without case; null leaves a value
// as it is; a number that fits no column of ours is an error.
type (
	wireEvent struct {
		Code, Name, TypeName, Venue, City, RegionCode, Country, Timezone, DateStart, DateEnd string
	}
	wireTeam struct {
		TeamNumber                          int32
		NameShort, City, StateProv, Country string
		RookieYear                          *int32
	}
	wireRanking struct {
		Rank, TeamNumber, Wins, Losses, Ties, DQ, MatchesPlayed, MatchesCounted int32
		SortOrder1, SortOrder2, SortOrder3, SortOrder4, SortOrder5, SortOrder6  float64
	}
	wireAlliance struct {
		Number, Captain, Round1, Round2, Round3, Backup, BackupReplaced int32
		Name                                                            string
	}
)

func eventRow(season int) func([]byte) (ftc.Event, error) {
	return func(raw []byte) (ftc.Event, error) {
		var w wireEvent
		if err := json.Unmarshal(raw, &w); err != nil {
			return ftc.Event{}, err
		}
		code, err := ftc.CleanCode(w.Code)
		if err != nil {
			return ftc.Event{}, err
		}
		event := ftc.Event{
			EventKey: ftc.EventKey{Season: season, Code: code}, Name: w.Name, Official: true, TypeName: w.TypeName, Venue: w.Venue,
			City: w.City, Region: w.RegionCode, Country: w.Country, StartsOn: date(w.DateStart), EndsOn: date(w.DateEnd),
		}
		if _, err := time.LoadLocation(w.Timezone); err == nil {
			event.Timezone = w.Timezone // an unknown name would only fail elsewhere
		}
		return event, nil
	}
}

func teamRow(raw []byte) (ftc.Team, error) {
	var w wireTeam
	if err := json.Unmarshal(raw, &w); err != nil {
		return ftc.Team{}, err
	}
	if w.TeamNumber <= 0 {
		return ftc.Team{}, errNoKey
	}
	team := ftc.Team{Number: int(w.TeamNumber), Name: w.NameShort, City: w.City, Region: w.StateProv, Country: w.Country}
	if w.RookieYear != nil {
		year := int(*w.RookieYear)
		team.RookieYear = &year
	}
	return team, nil
}

func rankingRow(raw []byte) (Ranking, error) {
	var w wireRanking
	if err := json.Unmarshal(raw, &w); err != nil {
		return Ranking{}, err
	}
	if w.TeamNumber <= 0 {
		return Ranking{}, errNoKey
	}
	return Ranking{
		Rank: int(w.Rank), TeamNumber: int(w.TeamNumber),
		SortOrders: [6]float64{w.SortOrder1, w.SortOrder2, w.SortOrder3, w.SortOrder4, w.SortOrder5, w.SortOrder6},
		Wins:       int(w.Wins), Losses: int(w.Losses), Ties: int(w.Ties), Disqualified: int(w.DQ),
		Played: int(w.MatchesPlayed), Counted: int(w.MatchesCounted),
	}, nil
}

func allianceRow(raw []byte) (PlayoffAlliance, error) {
	var w wireAlliance
	if err := json.Unmarshal(raw, &w); err != nil {
		return PlayoffAlliance{}, err
	}
	if w.Number <= 0 {
		return PlayoffAlliance{}, errNoKey
	}
	alliance := PlayoffAlliance{Number: int(w.Number), Name: w.Name, Captain: int(w.Captain), Backup: int(w.Backup), Left: int(w.BackupReplaced)}
	for _, team := range []int32{w.Round1, w.Round2, w.Round3} {
		if team > 0 {
			alliance.Picks = append(alliance.Picks, int(team))
		}
	}
	return alliance, nil
}

// localTime is how the server writes times: as the clock at the venue shows them, without a
// zone. Go takes fractions of the second besides.
const localTime = "2006-01-02T15:04:05"

// local resolves a time of the server in the event's zone. It is nil when there is none:
// nothing, nonsense, or year 1, which is how the server's language writes nothing.
func local(text string, zone *time.Location) *time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t, err = time.ParseInLocation(localTime, text, zone)
	}
	if err != nil || t.Year() < 2000 {
		return nil
	}
	t = t.UTC()
	return &t
}

// zoneOf returns the event's time zone. Without one, times are taken for UTC: they are
// wrong by some hours then, and still in the right order.
func zoneOf(event ftc.Event) *time.Location {
	zone, err := time.LoadLocation(event.Timezone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// date is the day of a time of the server.
func date(text string) *time.Time {
	day, _, _ := strings.Cut(text, "T")
	return local(day+"T00:00:00", time.UTC)
}
