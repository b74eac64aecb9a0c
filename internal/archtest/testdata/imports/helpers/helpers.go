// Package helpers is in no drawing.
package helpers // want imports
