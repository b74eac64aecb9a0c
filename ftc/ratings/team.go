package ratings

import (
	"context"
	"strconv"
	"strings"

	"github.com/ftcmetrics/ftcmetrics/analytics"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// The most that one answer lists.
const (
	mostFound    = 25
	mostAttended = 100
)

// Record is how matches ended for a team.
type Record struct {
	Wins   int `json:"wins"`
	Losses int `json:"losses"`
	Ties   int `json:"ties"`
}

// Attended is an FTC event of a team, with its record there. A surrogate's matches do not
// count.
type Attended struct {
	ftc.Event
	Record Record `json:"record"`
}

// SeasonRating is a team's EPA at the end of a season, or as it is now.
type SeasonRating struct {
	Season int `json:"season"`
	Rating
}

// Profile is what the public knows of an FTC team.
type Profile struct {
	ftc.Team
	Ratings []SeasonRating `json:"ratings"` // the newest season first; none before the first rated match
	Events  []Attended     `json:"events"`  // the newest season first
}

// Profile returns a team with its FTC events and ratings, or ErrNoTeam.
func (s *Service) Profile(ctx context.Context, number int) (Profile, error) {
	team, events, err := s.profile(ctx, number)
	out := Profile{Team: team, Ratings: []SeasonRating{}, Events: []Attended{}}
	if err != nil {
		return out, err
	}
	records, err := s.q.TeamRecords(ctx, int32(number))
	if err != nil {
		return out, eventlog.Translate(err)
	}
	record := make(map[ftc.EventKey]Record, len(records))
	for _, r := range records {
		record[ftc.EventKey{Season: int(r.Season), Code: r.EventCode}] = Record{int(r.Wins), int(r.Losses), int(r.Ties)}
	}
	for _, e := range events {
		key := ftc.EventKey{Season: int(e.Season), Code: e.Code}
		out.Events = append(out.Events, Attended{Record: record[key], Event: ftc.Event{
			EventKey: key, Name: e.Name, Official: e.Official, TypeName: e.TypeName, Venue: e.Venue, City: e.City,
			Region: e.Region, Country: e.Country, Timezone: e.Timezone, StartsOn: e.StartsOn, EndsOn: e.EndsOn,
		}})
	}
	rows, err := s.q.TeamRatings(ctx, int32(number))
	for _, r := range rows {
		now := analytics.Rating{Auto: r.Auto, Teleop: r.Teleop, Endgame: r.Endgame, Matches: int(r.Matches)}
		out.Ratings = append(out.Ratings, SeasonRating{int(r.Season), rating(number, now)})
	}
	return out, eventlog.Translate(err)
}

// profile returns what lists and schedules say of a team. One that is on a schedule and on
// no list has a number only.
func (s *Service) profile(ctx context.Context, number int) (ftc.Team, []queries.FtcEvent, error) {
	if number < 1 || number > 99999 {
		return ftc.Team{}, nil, ErrNoTeam
	}
	row, err := s.q.FTCTeam(ctx, int32(number))
	none, err := noRows(err)
	if err != nil {
		return ftc.Team{}, nil, err
	}
	events, err := s.q.TeamSeasons(ctx, queries.TeamSeasonsParams{Number: int32(number), RowLimit: mostAttended})
	if err != nil {
		return ftc.Team{}, nil, eventlog.Translate(err)
	}
	if none && len(events) == 0 {
		return ftc.Team{}, nil, ErrNoTeam
	}
	team := listed(row)
	team.Number = number
	return team, events, nil
}

func listed(r queries.FtcTeam) ftc.Team {
	t := ftc.Team{Number: int(r.Number), Name: r.Name, City: r.City, Region: r.Region, Country: r.Country}
	if r.RookieYear != nil {
		year := int(*r.RookieYear)
		t.RookieYear = &year
	}
	return t
}

// Search lists FTC teams by the beginning of their number or a part of name or city, at
// most 25; nobody for an empty text.
func (s *Service) Search(ctx context.Context, text string) ([]ftc.Team, error) {
	list := []ftc.Team{}
	text = strings.TrimSpace(text)
	if text == "" {
		return list, nil
	}
	plain := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text)
	p := queries.SearchFTCTeamsParams{Digits: "", Pattern: "%" + plain + "%", Exact: text, RowLimit: mostFound}
	if n, err := strconv.Atoi(text); err == nil && n > 0 {
		p.Exact = strconv.Itoa(n)
		p.Digits = p.Exact + "%"
	}
	rows, err := s.q.SearchFTCTeams(ctx, p)
	for _, r := range rows {
		list = append(list, listed(r))
	}
	return list, eventlog.Translate(err)
}
