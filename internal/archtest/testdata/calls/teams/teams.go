// Package teams breaks rules.
package teams

import (
	"bytes"
	"os"
	"time"
)

func init() {} // want init

type service struct{}

func (service) init() {}

func environment() {
	time.Sleep(1)
	_ = os.Getenv("PATH")     // want environment
	_, _ = os.LookupEnv("X")  // want environment
	_ = os.Environ()          // want environment
	_ = os.ExpandEnv("$HOME") // want environment
	_ = os.Expand("", nil)
}

type claim struct{ signature, token string }

func compare(c claim, given string, mac, other []byte) bool {
	if c.token == "" || mac == nil {
		return false
	}
	if c.signature != given { // want compare
		return false
	}
	return given == c.token && // want compare
		bytes.Equal(mac, other) // want compare
}
