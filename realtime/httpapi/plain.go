package httpapi

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// plain reads JSON in the form that server libraries send events in: an object of strings
// and lists of strings, its names spelt as documented, no character of a string escaped as
// \u. It takes about a quarter of the time of encoding/json, which decides about all that
// plain does not take, be it another form or no JSON at all.
type plain struct {
	text []byte
	at   int
}

// event reads an event, which is all of the text. It reports false when it does not take it.
func (p *plain) event(e *event) bool {
	for separator := byte('{'); ; separator = ',' {
		if !p.next(separator) {
			return false
		}
		name, ok := p.name()
		if !ok || !p.next(':') {
			return false
		}
		switch string(name) {
		case "name":
			e.Name, ok = p.string()
		case "data":
			e.text, ok = p.string()
			e.Data = &e.text
		case "channel":
			e.Channel, ok = p.string()
		case "channels":
			e.Channels, ok = p.strings()
		case "socket_id":
			e.SocketID, ok = p.string()
		case "info":
			e.Info, ok = p.string()
		default:
			return false
		}
		if !ok {
			return false
		}
		if p.next('}') {
			p.space()
			return p.at == len(p.text)
		}
	}
}

func (p *plain) space() {
	for p.at < len(p.text) && (p.text[p.at] == ' ' || p.text[p.at] == '\n' || p.text[p.at] == '\t' || p.text[p.at] == '\r') {
		p.at++
	}
}

// next takes the byte, and space before it, if it comes next.
func (p *plain) next(b byte) bool {
	p.space()
	if p.at == len(p.text) || p.text[p.at] != b {
		return false
	}
	p.at++
	return true
}

// name reads the name of a field. An escaped one, or one that is no text, is none of ours.
func (p *plain) name() ([]byte, bool) {
	if !p.next('"') {
		return nil, false
	}
	start := p.at
	for ; p.at < len(p.text); p.at++ {
		if p.text[p.at] == '"' {
			p.at++
			return p.text[start : p.at-1], true
		}
	}
	return nil, false
}

func (p *plain) strings() ([]string, bool) {
	all := []string{}
	if !p.next('[') {
		return nil, false
	}
	if p.next(']') {
		return all, true
	}
	for {
		s, ok := p.string()
		if !ok {
			return nil, false
		}
		all = append(all, s)
		if p.next(']') {
			return all, true
		}
		if !p.next(',') {
			return nil, false
		}
	}
}

func (p *plain) string() (string, bool) {
	if !p.next('"') {
		return "", false
	}
	start, escapes := p.at, 0
	for ; p.at < len(p.text); p.at++ {
		switch b := p.text[p.at]; {
		case b == '"':
			s := p.text[start:p.at]
			p.at++
			if !utf8.Valid(s) {
				return "", false
			}
			return withoutEscapes(s, escapes), true
		case b == '\\':
			p.at++
			escapes++
			if p.at == len(p.text) || unescaped[p.text[p.at]] == 0 {
				return "", false
			}
		case b < ' ':
			return "", false
		}
	}
	return "", false
}

// unescaped are the bytes that those behind a backslash stand for.
var unescaped = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// withoutEscapes returns what the text of a string means.
func withoutEscapes(s []byte, escapes int) string {
	if escapes == 0 {
		return string(s)
	}
	var b strings.Builder
	b.Grow(len(s) - escapes)
	for range escapes {
		i := bytes.IndexByte(s, '\\')
		b.Write(s[:i])
		b.WriteByte(unescaped[s[i+1]])
		s = s[i+2:]
	}
	b.Write(s)
	return b.String()
}
