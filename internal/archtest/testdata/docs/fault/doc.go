// Package fault has its comment in one file of several.
package fault
