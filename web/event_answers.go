package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"
)

const (
	answerAge   = time.Second     // a hall that opens a page at once costs one reading
	patience    = 5 * time.Second // with the API, until a page goes out without its content
	mostAnswers = 256             // that are kept
)

// answers asks the API for what pages show, in process and as nobody: no page can show what
// an anonymous request would not be told. It is safe for concurrent use.
type answers struct {
	api http.Handler

	mu   sync.Mutex
	kept map[string]*answer // by address; guarded by mu
}

// answer is what the API said. The rest is set before done is closed.
type answer struct {
	at     time.Time // of the question
	done   chan struct{}
	status int
	data   json.RawMessage
}

func newAnswers(api http.Handler) *answers {
	return &answers{api: api, kept: make(map[string]*answer)}
}

// get returns what the API says at an address. Several who ask at once share one question,
// which the limits count for whoever was first.
func (a *answers) get(r *http.Request, address string) *answer {
	a.mu.Lock()
	one, ok := a.kept[address]
	if !ok || time.Since(one.at) > answerAge {
		one = &answer{at: time.Now(), done: make(chan struct{})}
		if len(a.kept) >= mostAnswers {
			clear(a.kept)
		}
		a.kept[address] = one
		a.mu.Unlock()
		a.ask(r, address, one)
		return one
	}
	a.mu.Unlock()
	<-one.done
	return one
}

// ask puts the question with nothing of the caller's but the address that limits count by.
// The context is a new one: the router that called us keeps its own things in the old.
func (a *answers) ask(r *http.Request, address string, into *answer) {
	defer close(into.done)
	into.status = http.StatusInternalServerError // until something else is known
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	question, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		into.status = http.StatusBadRequest
		return
	}
	question.RemoteAddr = r.RemoteAddr
	question.Header["X-Forwarded-For"] = r.Header.Values("X-Forwarded-For")
	said := recorder{status: http.StatusOK, header: make(http.Header)}
	a.api.ServeHTTP(&said, question)
	var envelope struct {
		Data json.RawMessage `json:"data"`
	}
	if said.status == http.StatusOK && json.Unmarshal(said.body.Bytes(), &envelope) != nil {
		return
	}
	into.status, into.data = said.status, envelope.Data
}

// recorder keeps an answer instead of sending it.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header { return r.header }

func (r *recorder) WriteHeader(status int) { r.status = status }

func (r *recorder) Write(part []byte) (int, error) { return r.body.Write(part) }

// given are the answers that one page is made of. The app finds them in the page, and asks
// for them again only when something has happened.
type given struct {
	from *answers
	r    *http.Request
	list []givenAnswer
	lost int // the worst status; 0 while all went well
}

type givenAnswer struct {
	Path string          `json:"path"`
	Data json.RawMessage `json:"data"`
}

// read asks the API and decodes the answer. What is no success is noted, and into stays as
// it was.
func (g *given) read(into any, format string, parts ...any) bool {
	address := fmt.Sprintf(format, parts...)
	said := g.from.get(g.r, address)
	if said.status == http.StatusOK && json.Unmarshal(said.data, into) == nil {
		g.list = append(g.list, givenAnswer{address, said.data})
		return true
	}
	g.lost = max(g.lost, said.status)
	return false
}
