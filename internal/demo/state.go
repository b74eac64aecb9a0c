package demo

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/uuid"
)

// state is what demo.json keeps: who is who, and how far the event has come.
type state struct {
	World uuid.UUID `json:"world"` // tells this world's entries from another's
	Seed  uint64    `json:"seed"`
	Owner login     `json:"owner"`
	Teams []*crew   `json:"teams"`
	Round int       `json:"round"` // from 1
	Next  int       `json:"next"`  // the match to play next, from 1
}

// login is the operator of the demo's server. The token of an operator ends after half a
// day without use; the password makes a new one.
type login struct {
	Email    string `json:"email"`
	Password string `json:"password"`
	Token    string `json:"token"`
}

// crew is a team's workspace with its people.
type crew struct {
	Number int       `json:"teamNumber"`
	Name   string    `json:"name"`
	ID     uuid.UUID `json:"id"`
	Coach  *person   `json:"coach"`
	Scouts []*person `json:"scouts"`
}

// person is somebody with a device.
type person struct {
	Name   string  `json:"name"`
	Device string  `json:"device"`
	Token  string  `json:"token"`
	Outbox []entry `json:"outbox,omitempty"` // recorded and not acknowledged
}

func newState(seed uint64) *state {
	scouts := func(names ...string) []*person {
		var list []*person
		for i, name := range names {
			list = append(list, &person{Name: name, Device: fmt.Sprintf("Demo tablet %d", i+1)})
		}
		return list
	}
	return &state{
		World: uuid.New(), Seed: seed, Round: 1, Next: 1,
		Teams: []*crew{
			{Number: 6183, Name: "Thunderducks", Coach: &person{Name: "Coach Kim", Device: "Demo laptop"}, Scouts: scouts("Ada", "Ben", "Cleo", "Dev")},
			{Number: 7105, Name: "SWIFT Robotics", Coach: &person{Name: "Coach Lou", Device: "Demo laptop"}, Scouts: scouts("Eli", "Fay")},
		},
	}
}

// scouts returns the six scouts with their crews, in the order that the plan counts them.
func (s *state) scouts() (people []*person, crews []*crew) {
	for _, c := range s.Teams {
		for _, p := range c.Scouts {
			people, crews = append(people, p), append(crews, c)
		}
	}
	return people, crews
}

// stateFile is where the state of a data directory lies.
func stateFile(dir string) string { return filepath.Join(dir, "demo.json") }

// load returns the state in the file, or nil when there is none.
func load(file string) (*state, error) {
	raw, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	s := new(state)
	if err := json.Unmarshal(raw, s); err != nil {
		return nil, fmt.Errorf("%s is damaged; remove it to start a new demo on an empty database: %w", file, err)
	}
	if people, _ := s.scouts(); len(people) != scoutCount || s.Round < 1 || s.Next < 1 {
		return nil, fmt.Errorf("%s is of another version; remove it to start a new demo on an empty database", file)
	}
	return s, nil
}

// save replaces the file in one step, readable by nobody else: it holds tokens.
func (s *state) save(file string) error {
	raw, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	fresh := file + ".new"
	if err := os.Remove(fresh); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.WriteFile(fresh, raw, 0o600); err != nil {
		return err
	}
	return os.Rename(fresh, file)
}
