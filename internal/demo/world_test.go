package demo

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// deafServer is ready and knows nobody.
func deafServer(t *testing.T) string {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/ready" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

func users(there bool) func(context.Context) (bool, error) {
	return func(context.Context) (bool, error) { return there, nil }
}

func TestRefusesForeignDatabase(t *testing.T) {
	dir := t.TempDir()
	o := Options{BaseURL: deafServer(t), DataDir: dir, HasUsers: users(true), Out: os.Stderr}
	if err := Run(t.Context(), o); !errors.Is(err, ErrForeign) {
		t.Errorf("without demo.json: %v", err)
	}
	if _, err := os.Stat(stateFile(dir)); err == nil {
		t.Error("the refusal left a demo.json")
	}
	s := newState(1)
	s.Owner = login{Email: "owner@demo.invalid", Password: "wrong", Token: "old"}
	if err := s.save(stateFile(dir)); err != nil {
		t.Fatal(err)
	}
	if err := Run(t.Context(), o); !errors.Is(err, ErrForeign) {
		t.Errorf("with the demo.json of another database: %v", err)
	}
	if !strings.Contains(ErrForeign.Error(), "DATABASE_URL or DATA_DIR") {
		t.Errorf("%v", ErrForeign)
	}
}

func TestUncertaintyIsNoNewWorld(t *testing.T) {
	lost := errors.New("the database is gone")
	o := Options{BaseURL: deafServer(t), DataDir: t.TempDir(), Out: os.Stderr, HasUsers: func(context.Context) (bool, error) { return false, lost }}
	if err := Run(t.Context(), o); !errors.Is(err, lost) {
		t.Errorf("%v", err)
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/ready" {
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	defer srv.Close()
	if err := newState(1).save(stateFile(o.DataDir)); err != nil {
		t.Fatal(err)
	}
	o.BaseURL, o.HasUsers = srv.URL, users(false)
	if err := Run(t.Context(), o); !refused(err, http.StatusInternalServerError) {
		t.Errorf("a failing server: %v", err)
	}
}

func TestState(t *testing.T) {
	file := filepath.Join(t.TempDir(), "deep", "demo.json")
	if s, err := load(file); s != nil || err != nil {
		t.Errorf("no file: %v, %v", s, err)
	}
	want := newState(3)
	want.Teams[0].Scouts[1].Outbox = []entry{{MatchNumber: 4, Data: sighting{Base: "FULL"}}}
	for range 2 {
		if err := want.save(file); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	got, err := load(file)
	if err != nil {
		t.Fatal(err)
	}
	a, _ := json.Marshal(want)
	b, _ := json.Marshal(got)
	if string(a) != string(b) {
		t.Errorf("saved %s\nloaded %s", a, b)
	}
	for _, raw := range []string{`{`, `{}`, `{"teams":[],"round":1,"next":1}`} {
		if err := os.WriteFile(file, []byte(raw), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := load(file); err == nil || !strings.Contains(err.Error(), "remove it") {
			t.Errorf("%s: %v", raw, err)
		}
	}
}
