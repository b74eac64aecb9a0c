package httpapi_test

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// hostile makes requests that are wrong, and some that are right, the same for the same
// seed. What it signs as the app goes to channels whose names are not live.
type hostile struct{ *rand.Rand }

// attack is one request.
type attack struct {
	kind   string
	method string
	target string // path and query
	header string // further header lines
	body   []byte

	forged bool // nobody with the secret has signed it: it must not be taken
}

// next is any of them.
func (h hostile) next() attack {
	return pick(h, h.forge, h.rotten, h.lineless, h.framed)()
}

// text is the request on the wire.
func (a attack) text() []byte {
	header := a.header
	if header == "" {
		header = fmt.Sprintf("Content-Length: %d\r\n", len(a.body))
	}
	return fmt.Appendf(nil, "%s %s HTTP/1.1\r\nHost: hub\r\n%s\r\n%s", a.method, a.target, header, a.body)
}

func pick[T any](h hostile, of ...T) T { return of[h.IntN(len(of))] }

// junk is up to n bytes, all of which may occur.
func (h hostile) junk(n int) string {
	b := make([]byte, h.IntN(n+1))
	for i := range b {
		b[i] = byte(h.Uint32())
	}
	return string(b)
}

// mutated is the text with some bytes changed, left out, doubled or put in.
func (h hostile) mutated(text string) string {
	b := []byte(text)
	for range 1 + h.IntN(4) {
		if len(b) == 0 {
			break
		}
		i := h.IntN(len(b))
		switch h.IntN(4) {
		case 0:
			b[i] = byte(h.Uint32())
		case 1:
			b = append(b[:i], b[i+1:]...)
		case 2:
			b = append(b[:i:i], append([]byte{b[i]}, b[i:]...)...)
		case 3:
			b = append(b[:i:i], append([]byte(h.junk(3)), b[i:]...)...)
		}
	}
	return string(b)
}

// good is a request of a backend, without its signature.
func (h hostile) good(channel string) attack {
	event := fmt.Sprintf(`{"name":"stolen","channel":%q,"data":"{\"a\":%d}"}`, channel, h.IntN(100))
	return pick(h,
		attack{method: "POST", target: "/apps/1/events", body: []byte(event)},
		attack{method: "POST", target: "/apps/1/events", body: fmt.Appendf(nil, `{"name":"stolen","channels":[%q,"other"],"data":"x","info":"subscription_count"}`, channel)},
		attack{method: "POST", target: "/apps/1/batch_events", body: []byte(`{"batch":[` + event + "," + event + `]}`)},
		attack{method: "GET", target: "/apps/1/channels"},
		attack{method: "GET", target: "/apps/1/channels/" + channel},
		attack{method: "GET", target: "/apps/1/channels/presence-" + channel + "/users"},
		attack{method: "POST", target: "/apps/1/users/nobody/terminate_connections"},
	)
}

// signed adds a signature in which at most one thing is wrong.
func (h hostile) signed(a attack, wrong string) attack {
	now := time.Now().Unix()
	values := [][2]string{{"auth_key", appKey}, {"auth_timestamp", fmt.Sprint(now)}, {"auth_version", "1.0"}}
	if len(a.body) > 0 {
		sum := md5.Sum(a.body)
		values = append(values, [2]string{"body_md5", hex.EncodeToString(sum[:])})
	}
	at := h.IntN(len(values))
	method, path, key := a.method, a.target, secret
	switch wrong {
	case "left out":
		values = append(values[:at], values[at+1:]...)
	case "changed":
		values[at][1] = pick(h, "", "0", "-1", "key2", values[at][1]+"0", strings.Repeat("9", 30), fmt.Sprint(now-700), fmt.Sprint(now+700), "1.1")
	case "secret":
		key = pick(h, "", secret+"x", strings.ToUpper(secret))
	case "method":
		method = pick(h, "PUT", "", strings.ToLower(method), method+" ")
	case "path":
		path = pick(h, "", "/", path+"/", strings.ToUpper(path), "/apps/2/events")
	}
	parts := make([]string, len(values))
	for i, value := range values {
		parts[i] = value[0] + "=" + value[1]
	}
	query := strings.Join(parts, "&")
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(method + "\n" + path + "\n" + query))
	signature := hex.EncodeToString(mac.Sum(nil))
	switch wrong {
	case "signature":
		signature = pick(h, "", signature[1:], signature+"0", strings.Repeat("0", 64), "A"+strings.ToUpper(signature[1:]), "zz"+signature[2:])
	case "added":
		query += pick(h, "&x=1", "&auth_key="+appKey, "&AUTH_key="+appKey, "&info=", "&%61uth_key="+appKey, "&=", "&a=%zz", "&a=%", "&auth_signature="+signature)
	case "body":
		a.body = append([]byte{' '}, a.body...)
	}
	a.target += "?" + query + "&auth_signature=" + signature
	a.forged = wrong != ""
	return a
}

// forge is a request with a channel that is live, and one thing wrong in its signature.
func (h hostile) forge() attack {
	wrong := pick(h, "left out", "changed", "secret", "method", "path", "signature", "added", "body")
	a := h.signed(h.good("live"), wrong)
	a.kind = "forged: " + wrong
	return a
}

// rotten is a request that is signed as it should be, with a body that is not.
func (h hostile) rotten() attack {
	good := h.good("dead")
	bodies := map[string]func() string{
		"no object": func() string {
			return pick(h, "null", "5", `"x"`, "true", "[]", "{}", "[null]", "-", " ", "1e999", "\xef\xbb\xbf{}")
		},
		"deep":       func() string { return strings.Repeat(pick(h, "[", `{"a":`, `{"batch":[`), 1+h.IntN(1<<h.IntN(15))) },
		"wrong type": h.wrongType,
		"no UTF-8":   func() string { return `{"name":"` + h.junk(9) + `","channel":"dead","data":"` + h.junk(99) + `"}` },
		"cut":        func() string { return string(good.body[:h.IntN(len(good.body)+1)]) },
		"mutated":    func() string { return h.mutated(string(good.body)) },
		"junk":       func() string { return h.junk(2000) },
		"huge":       func() string { return strings.Repeat(" ", 720<<10+h.IntN(100<<10)) },
		"large": func() string {
			return `{"name":"n","channel":"dead","data":"` + strings.Repeat("x", h.IntN(1<<h.IntN(19))) + `"}`
		},
		"many channels": func() string {
			return `{"name":"n","data":"x","channels":["dead"` + strings.Repeat(`,"d"`, h.IntN(300)) + `]}`
		},
		"many events": func() string {
			return `{"batch":[{"name":"n","channel":"dead","data":""}` + strings.Repeat(`,{"name":"n","channel":"d","data":""}`, h.IntN(30)) + `]}`
		},
	}
	kind := pick(h, "no object", "deep", "wrong type", "no UTF-8", "cut", "mutated", "junk", "large", "many channels", "many events")
	if h.IntN(50) == 0 {
		kind = "huge"
	}
	good.body = []byte(bodies[kind]())
	a := h.signed(good, "")
	a.kind = "rotten: " + kind
	return a
}

// wrongType is an event one field of which is of another type.
func (h hostile) wrongType() string {
	value := pick(h, "null", "5", "-0.5e3", `"x"`, "true", "[]", "{}", "[null]", "[5]", `["a",["b"]]`, `{"a":1}`, `"\ud800"`, `"\u0000"`, `""`)
	field := pick(h, "name", "data", "channel", "channels", "socket_id", "info", "Name", "DATA", "x", "")
	event := `{"name":"n","data":"d","channel":"dead","` + field + `":` + value + `}`
	return pick(h, event, `{"batch":[`+event+`]}`, `{"batch":`+value+`}`, `{"batch":[`+value+`,`+event+`]}`)
}

// lineless is a request whose first line or path is wrong.
func (h hostile) lineless() attack {
	a := h.signed(h.good("dead"), "")
	line := pick(h, "method", "path", "query", "junk", "long")
	switch line {
	case "method":
		a.method = pick(h, "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "CONNECT", "get", "post", "", "G@T", "P OST", h.junk(8))
	case "path":
		path, query, _ := strings.Cut(a.target, "?")
		a.target = pick(h, strings.Replace(path, "/apps", "/app", 1), strings.Replace(path, "/1/", "/9/", 1), path+"/x", "/"+path, strings.Replace(path, "/1/", "/1//", 1),
			strings.Replace(path, "/1/", "/./1/", 1), "/apps/../"+path, "/apps", "/apps/", "/apps//", "*", "", "http://x"+path, "%2fapps", path+"%", path+"%zz", strings.ReplaceAll(path, "e", "%65")+"%2f", h.mutated(path)) + "?" + query
	case "query":
		path, query, _ := strings.Cut(a.target, "?")
		a.target = path + "?" + pick(h, "", "&&&", "=", query+"&"+query, strings.ReplaceAll(query, "=", "%3d"), strings.ReplaceAll(query, "&", ";"), h.mutated(query))
	case "junk":
		a.target = "/" + h.junk(200)
	case "long":
		a.target += "&a=" + strings.Repeat("x", h.IntN(1<<h.IntN(18)))
	}
	a.kind = "line: " + line
	return a
}

// framed is a request the length of which is told wrongly, or in another way.
func (h hostile) framed() attack {
	a := h.signed(h.good("dead"), "")
	length := len(a.body)
	kind := pick(h, "short", "long", "twice", "no number", "chunked", "bad chunks", "both", "encoded", "expect", "nothing")
	switch kind {
	case "short":
		a.header = fmt.Sprintf("Content-Length: %d\r\n", h.IntN(length+1))
	case "long":
		a.header = fmt.Sprintf("Content-Length: %d\r\n", length+1+h.IntN(1<<h.IntN(40)))
	case "twice":
		a.header = fmt.Sprintf("Content-Length: %d\r\nContent-Length: %d\r\n", length, length+1)
	case "no number":
		a.header = "Content-Length: " + pick(h, "-1", "x", "", "1e3", "0x10", "99999999999999999999") + "\r\n"
	case "chunked", "bad chunks":
		a.header = "Transfer-Encoding: chunked\r\n"
		chunked := fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", length, a.body)
		if length == 0 {
			chunked = "0\r\n\r\n"
		}
		if kind == "bad chunks" {
			chunked = h.mutated(chunked)
		}
		a.body = []byte(chunked)
	case "both":
		a.header = fmt.Sprintf("Content-Length: %d\r\nTransfer-Encoding: chunked\r\n", length)
	case "encoded":
		a.header = fmt.Sprintf("Content-Length: %d\r\nContent-Encoding: %s\r\n", length, pick(h, "gzip", "br", "identity", ";"))
	case "expect":
		a.header = fmt.Sprintf("Content-Length: %d\r\nExpect: %s\r\n", length, pick(h, "100-continue", "200-ok"))
	case "nothing":
		a.header = "X-Nothing: 1\r\n"
	}
	a.kind = "frame: " + kind
	return a
}
