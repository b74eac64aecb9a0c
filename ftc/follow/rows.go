package follow

import (
	"slices"
	"strings"

	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/ftc/firstapi"
)

const longName = 200

// events returns the rows that can be stored, each event once.
func events(rows []ftc.Event) []ftc.Event {
	known := make(map[string]bool, len(rows))
	list := make([]ftc.Event, 0, len(rows))
	for _, e := range rows {
		if known[e.Code] {
			continue
		}
		known[e.Code] = true
		if e.Name = strings.TrimSpace(e.Name); e.Name == "" {
			e.Name = e.Code
		}
		if letters := []rune(e.Name); len(letters) > longName {
			e.Name = string(letters[:longName])
		}
		if e.StartsOn == nil || e.EndsOn != nil && e.EndsOn.Before(*e.StartsOn) {
			e.EndsOn = e.StartsOn
		}
		if e.Timezone == "" {
			e.Timezone = "UTC"
		}
		list = append(list, e)
	}
	slices.SortFunc(list, func(a, b ftc.Event) int { return strings.Compare(a.Code, b.Code) })
	return list
}

func teams(rows []ftc.Team) []ftc.Team {
	list := slices.DeleteFunc(slices.Clone(rows), func(t ftc.Team) bool { return t.Number < 1 || t.Number > 99999 })
	slices.SortFunc(list, func(a, b ftc.Team) int { return a.Number - b.Number })
	return list
}

func alliances(rows []firstapi.PlayoffAlliance) []ftc.PlayoffAlliance {
	var list []ftc.PlayoffAlliance
	for _, a := range rows {
		if a.Number >= 1 && a.Number <= 99 {
			list = append(list, ftc.PlayoffAlliance{Number: a.Number, Name: a.Name, Captain: a.Captain, Picks: a.Picks, Backup: a.Backup, Left: a.Left})
		}
	}
	return list
}
