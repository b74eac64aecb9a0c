package firstapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
)

var errNoKey = errors.New("the row does not say what it is about")

// envelope returns the members of the object around a list, by names in small letters: the
// server writes "Rankings", other versions of it "rankings".
func envelope(body []byte) (map[string]json.RawMessage, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil {
		return nil, ErrUnreadable.Because(err)
	}
	return small(members), nil
}

// small returns the members by names in small letters. Of two that differ in nothing else
// the one in small letters counts.
func small(members map[string]json.RawMessage) map[string]json.RawMessage {
	out := make(map[string]json.RawMessage, len(members))
	for _, name := range slices.Sorted(maps.Keys(members)) { // capitals come first
		out[strings.ToLower(name)] = members[name]
	}
	return out
}

// rowsOf decodes a list. An answer without the list is no empty one: who takes it for one
// would delete all that was there. Rows that make no sense are counted and left out.
func rowsOf[T any](c *Client, body []byte, list string, row func([]byte) (T, error)) ([]T, int, error) {
	members, err := envelope(body)
	if err != nil {
		return nil, 0, err
	}
	raw, ok := members[strings.ToLower(list)]
	if !ok {
		return nil, 0, ErrUnreadable.Because(fmt.Errorf("no list %s", list))
	}
	var all []json.RawMessage
	if err := json.Unmarshal(raw, &all); err != nil {
		return nil, 0, ErrUnreadable.Because(fmt.Errorf("list %s: %w", list, err))
	}
	rows := make([]T, 0, len(all))
	var last error
	for _, one := range all {
		decoded, err := row(one)
		if err != nil {
			last = err
			continue
		}
		rows = append(rows, decoded)
	}
	unread := len(all) - len(rows)
	if unread > 0 {
		c.log.Warn("rows of FIRST's server left out", slog.String("list", list), slog.Int("rows", unread), slog.Any("error", last))
	}
	return rows, unread, nil
}

// pagesOf returns how many pages the list has, 1 when the server does not say.
func pagesOf(body []byte) int {
	var page struct{ PageTotal int }
	if json.Unmarshal(body, &page) != nil {
		return 1
	}
	return max(page.PageTotal, 1)
}

func decodeSeason(body []byte) (int, error) {
	var index struct{ CurrentSeason int32 }
	if err := json.Unmarshal(body, &index); err != nil {
		return 0, ErrUnreadable.Because(err)
	}
	if index.CurrentSeason < 2000 || index.CurrentSeason > 9999 {
		return 0, ErrUnreadable.Because(fmt.Errorf("season %d", index.CurrentSeason))
	}
	return int(index.CurrentSeason), nil
}
