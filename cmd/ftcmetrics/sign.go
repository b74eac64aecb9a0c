package main

import (
	"fmt"
	"net/url"
	"strings"
)

type signCommand struct {
	targetFlags
	jsonFlag
	Method string `arg:"" help:"GET or POST."`
	Path   string `arg:"" help:"Path below the app, such as /events or /channels?filter_by_prefix=presence-; from /apps/ on it is taken whole."`
	Body   string `arg:"" optional:"" help:"Body of a POST, which is JSON; - reads standard input."`
}

// signed is what sign prints as JSON.
type signed struct {
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers,omitempty"`
	Body    string            `json:"body,omitempty"`
}

// Run prints the request as a line for a shell.
func (c *signCommand) Run(in *invocation) error {
	method := strings.ToUpper(c.Method)
	body, err := dataOf(c.Body)
	if err != nil {
		return err
	}
	if method != "GET" && method != "POST" {
		return usageError{fmt.Sprintf("%s: the Pusher HTTP API knows GET and POST", c.Method)}
	}
	if method == "GET" && body != "" {
		return usageError{"a GET has no body"}
	}
	path, raw, _ := strings.Cut(c.Path, "?")
	query, err := url.ParseQuery(raw)
	if err != nil || !strings.HasPrefix(path, "/") {
		return usageError{fmt.Sprintf("%q is no path such as /channels?filter_by_prefix=presence-", c.Path)}
	}
	p, err := c.publisher()
	if err != nil {
		return err
	}
	if !strings.HasPrefix(path, "/apps/") {
		path = "/apps/" + c.AppID + path
	}
	request := signed{Method: method, URL: p.Signed(method, path, query, []byte(body)), Body: body}
	if body != "" {
		request.Headers = map[string]string{"Content-Type": "application/json"}
	}
	return c.print(in.out, request, func() error {
		_, err := fmt.Fprintln(in.out, request.curl())
		return err
	})
}

// curl is the request as a shell takes it.
func (s signed) curl() string {
	line := "curl -sS -X " + s.Method + " " + quoteShell(s.URL)
	if s.Body != "" {
		line += " -H 'Content-Type: application/json' --data-raw " + quoteShell(s.Body)
	}
	return line
}

// quoteShell makes one word of the text.
func quoteShell(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
