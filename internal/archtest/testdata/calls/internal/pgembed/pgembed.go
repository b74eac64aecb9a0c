// Package pgembed may look for programs.
package pgembed

import "os"

func find(name string) {
	_ = os.Getenv("PATH")
	_ = os.Getenv("PGBIN")
	_ = os.Getenv("HOME") // want environment
	_ = os.Getenv(name)   // want environment
}
