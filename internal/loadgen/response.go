package loadgen

import (
	"bytes"
	"fmt"
	"strconv"
)

// response is one HTTP answer to a publish.
type response struct {
	status int
	body   []byte
	last   bool // the server closes the connection behind it
}

// nextResponse reads the answer that b begins with. A size of 0 means that more bytes are
// needed. It knows the answers of API servers: a length, chunks, or no body.
func nextResponse(b []byte) (r response, size int, err error) {
	head, body, whole := bytes.Cut(b, []byte("\r\n\r\n"))
	if !whole {
		return r, 0, nil
	}
	line, fields, _ := bytes.Cut(head, []byte("\r\n"))
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return r, 0, fmt.Errorf("no HTTP answer: %.60q", line)
	}
	if r.status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return r, 0, fmt.Errorf("no HTTP answer: %.60q", line)
	}
	length := 0
	for field := range bytes.SplitSeq(fields, []byte("\r\n")) {
		name, value, _ := bytes.Cut(field, []byte(":"))
		value = bytes.TrimSpace(value)
		switch {
		case bytes.EqualFold(name, []byte("Content-Length")):
			if length, err = strconv.Atoi(string(value)); err != nil || length < 0 {
				return r, 0, fmt.Errorf("answer with Content-Length %.20q", value)
			}
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			end := bytes.Index(body, []byte("0\r\n\r\n"))
			if end < 0 {
				return r, 0, nil
			}
			length = end + 5
		case bytes.EqualFold(name, []byte("Connection")):
			r.last = bytes.EqualFold(value, []byte("close"))
		}
	}
	if len(body) < length {
		return r, 0, nil
	}
	r.body = body[:length]
	return r, len(head) + 4 + length, nil
}
