package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strconv"
)

// What is looked for in requests and messages. The generator writes them so, and nobody
// else is served.
var (
	headEnd      = []byte("\r\n\r\n")
	lengthField  = []byte("Content-Length: ")
	channelsKey  = []byte(`"channels":["`)
	channelKey   = []byte(`"channel":"`)
	dataKey      = []byte(`"data":"`)
	subscribeKey = []byte("pusher:subscribe")
)

// upgrade answers the one key that the generator sends.
const upgrade = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
	"Sec-WebSocket-Accept: B5uZpQz/z9ZLI4hy386PZ8BvcWQ=\r\n\r\n"

// published is the answer of the HTTP API.
var published = []byte("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")

// consume takes what is whole of b and returns how many bytes that was. It reports false
// when the connection has to end.
func (s *server) consume(fd int, c *socket, b []byte) (used int, ok bool) {
	for used < len(b) {
		n := 0
		if c.upgraded {
			n, ok = s.frame(fd, c, b[used:])
		} else {
			n, ok = s.request(fd, c, b[used:])
		}
		if n == 0 || !ok {
			return used, ok
		}
		used += n
	}
	return used, true
}

// request takes one HTTP request: a GET opens a WebSocket, a POST publishes.
func (s *server) request(fd int, c *socket, b []byte) (used int, ok bool) {
	head := bytes.Index(b, headEnd)
	if head < 0 {
		return 0, true
	}
	head += len(headEnd)
	if b[0] == 'G' {
		hello := fmt.Appendf(nil, `{"event":"pusher:connection_established","data":"{\"socket_id\":\"1.%d\",\"activity_timeout\":120}"}`, fd)
		s.write(fd, appendText([]byte(upgrade), hello))
		c.upgraded = true
		return head, true
	}
	length := 0
	if _, after, found := bytes.Cut(b[:head], lengthField); found {
		digits, _, _ := bytes.Cut(after, headEnd[:2])
		var err error
		if length, err = strconv.Atoi(string(digits)); err != nil || length < 0 {
			return 0, false
		}
	}
	if len(b) < head+length {
		return 0, true
	}
	s.publish(b[head : head+length])
	s.write(fd, published)
	return head + length, true
}

// publish writes a message to every subscriber, one write for each.
func (s *server) publish(body []byte) {
	_, after, found := bytes.Cut(body, channelsKey)
	name, after, closed := bytes.Cut(after, channelKey[:1])
	_, data, whole := bytes.Cut(after, dataKey)
	ch := s.channels[string(name)]
	if !found || !closed || !whole || len(data) < 2 || ch == nil {
		return
	}
	s.message = append(s.message[:0], `{"event":"load","channel":"`...)
	s.message = append(s.message, name...)
	s.message = append(s.message, `","data":"`...)
	s.message = append(s.message, data[:len(data)-2]...)
	s.message = append(s.message, `"}`...)
	s.framed = appendText(s.framed[:0], s.message)
	for _, fd := range ch.subscribers {
		s.write(fd, s.framed)
	}
}

// frame takes one frame of a client: a subscription, or something that needs no answer.
func (s *server) frame(fd int, c *socket, b []byte) (used int, ok bool) {
	if len(b) < 6 {
		return 0, true
	}
	head, length := 2, int(b[1]&0x7F)
	switch length {
	case 126:
		head, length = 4, int(binary.BigEndian.Uint16(b[2:]))
	case 127:
		return 0, false
	}
	used = head + 4 + length
	if len(b) < used {
		return 0, true
	}
	if b[0]&0x0F == 8 {
		return 0, false
	}
	mask, text := b[head:head+4], b[head+4:used]
	for i := range text {
		text[i] ^= mask[i&3]
	}
	if _, after, found := bytes.Cut(text, channelKey); found && bytes.Contains(text, subscribeKey) {
		name, _, _ := bytes.Cut(after, channelKey[:1])
		s.subscribe(fd, c, string(name))
	}
	return used, true
}

func (s *server) subscribe(fd int, c *socket, name string) {
	ch := s.channels[name]
	if ch == nil {
		ch = &channel{}
		s.channels[name] = ch
	}
	ch.subscribers = append(ch.subscribers, fd)
	c.channels = append(c.channels, ch)
	s.message = append(s.message[:0], `{"event":"pusher_internal:subscription_succeeded","channel":"`...)
	s.message = append(s.message, name...)
	s.message = append(s.message, `","data":"{}"}`...)
	s.framed = appendText(s.framed[:0], s.message)
	s.write(fd, s.framed)
}

// appendText appends a text frame.
func appendText(dst, payload []byte) []byte {
	if n := len(payload); n < 126 {
		dst = append(dst, 0x81, byte(n))
	} else {
		dst = append(dst, 0x81, 126)
		dst = binary.BigEndian.AppendUint16(dst, uint16(n)) // the generator's are shorter than 64 KiB
	}
	return append(dst, payload...)
}
