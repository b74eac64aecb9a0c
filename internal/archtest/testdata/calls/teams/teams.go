// Package teams breaks rules.
package teams

import (
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
