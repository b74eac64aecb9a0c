package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
)

const port = "port"

// Address is one that a server listens on.
type Address struct {
	Name  string // of its variable
	Where string // host:port
	Path  string // of something that only our server answers so
	Says  string // a part of that answer
}

// Ports looks whether the addresses are free, or taken by the server itself.
func Ports(ctx context.Context, addresses []Address) []Finding {
	var findings []Finding
	for _, a := range addresses {
		findings = append(findings, a.look(ctx))
	}
	return findings
}

func (a Address) look(ctx context.Context) Finding {
	named := a.Name + "=" + a.Where
	socket, err := new(net.ListenConfig).Listen(ctx, "tcp", a.Where)
	switch {
	case err == nil:
		_ = socket.Close() // nobody has come
		return Good(port, "%s is free", named)
	case errors.Is(err, syscall.EADDRINUSE):
		if a.Ours(ctx) {
			return Good(port, "%s is this server's", named)
		}
		_, number, _ := net.SplitHostPort(a.Where)
		return Bad(port, named+" is in use by another program", fmt.Sprintf("stop it (ss -ltnp 'sport = :%s' says which it is), or choose another address in %s", number, a.Name))
	case errors.Is(err, syscall.EACCES):
		return Bad(port, named+" is not for this user", "listen above port 1023 and put a proxy before it")
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return Bad(port, named+" is no address of this machine", "use 127.0.0.1, or 0.0.0.0 for all of them, in "+a.Name)
	}
	return Bad(port, fmt.Sprintf("%s: %v", named, err), "write host:port in "+a.Name)
}

// Ours reports whether what answers at the address is our server.
func (a Address) Ours(ctx context.Context) bool {
	host, number, err := net.SplitHostPort(a.Where)
	if err != nil {
		return false
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	response, err := get(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, number)+a.Path)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	return err == nil && strings.Contains(string(text), a.Says)
}

// get asks, with patience, for an answer of any status.
func get(ctx context.Context, method, url string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, url, nil)
	if err != nil {
		return nil, err
	}
	client := &http.Client{Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return client.Do(request)
}

// decoded reads the data of an answer of our API.
func decoded(response *http.Response, into any) error {
	defer response.Body.Close()
	return json.NewDecoder(io.LimitReader(response.Body, 1<<20)).Decode(&struct {
		Data any `json:"data"`
	}{into})
}
