package docs

import (
	"cmp"
	"slices"
	"strings"
)

// group is the documents for one kind of reader.
type group struct {
	Title, For string
	Pages      []*page
}

// readers say who reads what, the most useful first.
var readers = [...]struct {
	title, audience string
	pages           []string
}{
	{"Scouts and coaches", "You scout, lead scouts, or decide with what they saw.",
		[]string{"guide-scouts", "guide-coaches", "event-day", "analysis", "rankings", "ratings", "quarantine", "export", "transfer-format", "public-pages", "glossary"}},
	{"Mentors who host", "You bring the laptop.",
		[]string{"guide-hosting", "readme", "sign-in", "events"}},
	{"Front ends", "You write a page, an app or a bot.",
		[]string{"frontend", "react", "socket-service", "realtime", "delivery", "errors"}},
	{"Operators", "You run it for others.",
		[]string{"operations", "console", "cli", "cluster", "scaling", "reliability", "performance", "security", "dependencies"}},
	{"Contributors", "You change it.",
		[]string{"contributing", "architecture", "seasons", "changelog"}},
}

// grouped returns the navigation. What no reader is named for, such as decisions, stands
// with the contributors' documents.
func (l *library) grouped() []group {
	left := make(map[string]*page, len(l.pages))
	for name, p := range l.pages {
		left[name] = p
	}
	groups := make([]group, len(readers))
	for i, r := range readers {
		groups[i] = group{Title: r.title, For: r.audience}
		for _, name := range r.pages {
			if p := left[name]; p != nil {
				groups[i].Pages = append(groups[i].Pages, p)
				delete(left, name)
			}
		}
	}
	rest := make([]*page, 0, len(left))
	for _, p := range left {
		rest = append(rest, p)
	}
	slices.SortFunc(rest, func(a, b *page) int {
		return cmp.Or(cmp.Compare(strings.Count(a.Path, "/"), strings.Count(b.Path, "/")), cmp.Compare(a.Path, b.Path))
	})
	last := &groups[len(groups)-1]
	last.Pages = append(last.Pages, rest...)
	return groups
}
