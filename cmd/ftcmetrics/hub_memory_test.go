package main

import (
	"io"
	"net/http"
	"regexp"
	"strconv"
	"testing"
)

// TestHubForgetsItsStart: a hub that waits for sockets keeps neither the command line's model nor what
// starting took.
func TestHubForgetsItsStart(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir(), "hub")
	address := regexp.MustCompile(`"metrics":"([^"]+)"`).FindStringSubmatch(p.text())
	if address == nil {
		t.Fatal(p.text())
	}
	response, err := http.Get("http://" + address[1] + "/metrics") //nolint:noctx // the process under test is killed, not cancelled
	must(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	must(t, err)
	found := regexp.MustCompile(`(?m)^go_memstats_heap_alloc_bytes (\S+)$`).FindSubmatch(text)
	if found == nil {
		t.Fatalf("metrics:\n%s", text)
	}
	if heap, err := strconv.ParseFloat(string(found[1]), 64); err != nil || heap > 3<<20 {
		t.Errorf("its heap has %s bytes, %v", found[1], err)
	}
}
