package main

import (
	"bytes"
	"crypto/tls"
	_ "embed" // puts the page into the program
	"errors"
	"fmt"
	"html/template"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/ftcmetrics/ftcmetrics/internal/qr"
)

// hallSettings make a laptop the server of a hall: no domain, no proxy, no internet.
type hallSettings struct {
	Hall bool `env:"HALL" help:"Serve a hall from this laptop: on its network address, by https with a certificate of its own, safe as in production, with secrets made once. Prints the address as a QR code."`
}

// enterHall changes what has another default in a hall. It comes before the check.
func (c *serveConfig) enterHall() error {
	if !c.Hall {
		return nil
	}
	if c.TLSCert != "" || len(c.TLSDomains) > 0 {
		return errors.New("HALL makes a certificate of its own: leave TLS_CERT and TLS_DOMAINS out, or HALL")
	}
	host, port, err := net.SplitHostPort(c.HTTPAddr)
	if err != nil {
		return fmt.Errorf("HTTP_ADDR: %w", err)
	}
	if ip, err := netip.ParseAddr(host); host == "localhost" || err == nil && ip.IsLoopback() {
		c.HTTPAddr = net.JoinHostPort("", port)
	}
	if c.LogFormat == "auto" {
		c.LogFormat = "text" // somebody sits before it
	}
	c.AppEnv = "production"
	return c.fillSecrets()
}

// hall is a server that people reach by the address of a laptop.
type hall struct {
	url       string // that everybody uses
	authority []byte // its certificate, as PEM
	code      *qr.Code
	page      []byte
}

//go:embed hall.html
var hallPage string

// openHall makes the certificate for the addresses that this machine has now, and tells the
// node's config its own address.
func openHall(c *serveConfig, port int, logger *slog.Logger) (*hall, *secured, error) {
	addresses := lanAddresses()
	if len(addresses) == 0 {
		logger.Warn("this machine is on no network: only it can reach the server")
		addresses = []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1})}
	}
	hosts := make([]string, 0, len(addresses)+3)
	for _, address := range addresses {
		hosts = append(hosts, address.String())
	}
	if name, err := os.Hostname(); err == nil && !strings.ContainsAny(name, ". ") && name != "localhost" {
		hosts = append(hosts, strings.ToLower(name)+".local")
	}
	hosts = append(hosts, "localhost", "127.0.0.1")
	pair, authority, err := hallCertificate(c.DataDir, hosts, logger)
	if err != nil {
		return nil, nil, err
	}
	at := func(host string) string { return "https://" + net.JoinHostPort(host, strconv.Itoa(port)) }
	if c.PublicURL == "" {
		c.PublicURL = at(hosts[0])
	}
	for _, host := range hosts {
		if origin := at(host); !slices.Contains(c.CORSOrigins, origin) {
			c.CORSOrigins = append(c.CORSOrigins, origin)
		}
	}
	h := &hall{url: strings.TrimSuffix(c.PublicURL, "/"), authority: authority}
	if h.code, err = qr.New(h.url); err != nil {
		return nil, nil, fmt.Errorf("PUBLIC_URL: %w", err)
	}
	page, err := template.New("hall").Parse(hallPage)
	if err != nil {
		return nil, nil, err
	}
	var out bytes.Buffer
	err = page.Execute(&out, map[string]any{"URL": h.url, "Code": template.HTML(h.code.SVG())}) //nolint:gosec // our own drawing
	h.page = out.Bytes()
	config := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}}
	return h, &secured{config: config, plain: h.show(http.HandlerFunc(redirectToHTTPS))}, err
}

// lanAddresses are where others on this machine's networks reach it, the likeliest first.
func lanAddresses() []netip.Addr {
	var found []netip.Addr
	all, err := net.Interfaces()
	if err != nil {
		return nil
	}
	for _, one := range all {
		if one.Flags&(net.FlagUp|net.FlagRunning) != net.FlagUp|net.FlagRunning || one.Flags&(net.FlagLoopback|net.FlagPointToPoint) != 0 || virtual(one.Name) {
			continue
		}
		addresses, err := one.Addrs()
		if err != nil {
			continue
		}
		for _, text := range addresses {
			prefix, err := netip.ParsePrefix(text.String())
			if ip := prefix.Addr().Unmap(); err == nil && ip.Is4() && ip.IsGlobalUnicast() {
				found = append(found, ip)
			}
		}
	}
	slices.SortStableFunc(found, func(a, b netip.Addr) int {
		switch {
		case a.IsPrivate() == b.IsPrivate():
			return 0
		case a.IsPrivate():
			return -1
		}
		return 1
	})
	return found
}

// virtual reports whether a network is inside this machine only.
func virtual(name string) bool {
	for _, prefix := range []string{"docker", "br-", "veth", "virbr", "vmnet", "vboxnet", "bridge", "cni", "podman"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// show puts the hall's page and its certificate before what is served. Both are for
// browsers that do not trust the server yet, so they are served by http, too.
func (h *hall) show(next http.Handler) http.Handler {
	if h == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/connect":
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'sha256-"+styleHash(h.page)+"'; base-uri 'none'; frame-ancestors 'none'")
			_, _ = w.Write(h.page) // the caller may have gone
		case "/connect/ftcmetrics.crt":
			w.Header().Set("Content-Type", "application/x-x509-ca-cert")
			w.Header().Set("Content-Disposition", `attachment; filename="ftcmetrics.crt"`)
			_, _ = w.Write(h.authority) // the caller may have gone
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// everywhere sends a page that was opened on the laptop itself to the address that others
// use, so that the links and codes on it are right for them.
func (h *hall) everywhere(next http.Handler) http.Handler {
	if h == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, _ := net.SplitHostPort(r.Host)
		here := host == "localhost" || host == "127.0.0.1"
		if here && r.Header.Get("Sec-Fetch-Mode") == "navigate" && !strings.Contains(h.url, "://"+host+":") {
			http.Redirect(w, r, h.url+r.URL.RequestURI(), http.StatusTemporaryRedirect)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// welcome prints how to get in.
func (h *hall) welcome(out io.Writer) {
	plain := "http" + strings.TrimPrefix(h.url, "https")
	fmt.Fprintf(out, "\n%s\n  Everybody on this network: %s\n  A browser that warns of the certificate: %s/connect says how to trust it.\n\n", h.code.Terminal(terminal(out)), h.url, plain)
}
