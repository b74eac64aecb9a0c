package scouting

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ftcmetrics/ftcmetrics/fault"
)

// tidyLine returns a text of one line without the space around it, and whether it is one:
// valid, without control characters, and no longer than most characters.
func tidyLine(text string, most int) (string, bool) {
	text = strings.TrimSpace(text)
	return text, isText(text, most, "")
}

// tidyText is tidyLine for a text that may have lines and tabs.
func tidyText(text string, most int) (string, bool) {
	text = strings.TrimSpace(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text))
	return text, isText(text, most, "\n\t")
}

func isText(text string, most int, besides string) bool {
	control := func(r rune) bool { return unicode.IsControl(r) && !strings.ContainsRune(besides, r) }
	return utf8.ValidString(text) && utf8.RuneCountInString(text) <= most && !strings.ContainsFunc(text, control)
}

// complaints collects what is wrong with an input, so that all of it can be mended at once.
type complaints []fault.Field

// when adds a complaint about the part that pointer names, if bad.
func (c *complaints) when(bad bool, pointer, detail string) {
	if bad {
		*c = append(*c, fault.Field{Pointer: pointer, Detail: detail})
	}
}

// under returns the complaints as an error of the kind, or nil when there are none.
func (c complaints) under(kind *fault.Error) error {
	if len(c) == 0 {
		return nil
	}
	return kind.Saying("%s", c[0].Detail).At(c...)
}

// some returns what a column holds for a number or text that may be left out.
func some[T ~int | ~string, C int32 | string](v T, column func(T) C) *C {
	var none T
	if v == none {
		return nil
	}
	c := column(v)
	return &c
}

func column32(n int) int32             { return int32(n) }
func columnText[T ~string](t T) string { return string(t) }
