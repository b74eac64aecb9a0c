package pgembed

import (
	"context"
	"log/slog"
	"os"
	"testing"
	"time"
)

func TestSmoke(t *testing.T) {
	dir := t.TempDir()
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	for range 3 {
		begun := time.Now()
		s, err := Start(context.Background(), Options{Dir: dir, Logger: log})
		if err != nil {
			t.Fatal(err)
		}
		t.Log(s.URL(), time.Since(begun))
		begun = time.Now()
		if err := s.Stop(context.Background()); err != nil {
			t.Fatal(err)
		}
		t.Log(time.Since(begun))
	}
}
