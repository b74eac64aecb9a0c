package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
)

// tlsSettings have the program speak https and wss by itself, where no proxy does.
type tlsSettings struct {
	TLSCert    string   `env:"TLS_CERT" name:"tls-cert" help:"PEM file of a certificate with its chain: the server speaks https and wss by itself. It is read again when it changes."`
	TLSKey     string   `env:"TLS_KEY" name:"tls-key" help:"PEM file of the certificate's key."`
	TLSDomains []string `env:"TLS_DOMAINS" name:"tls-domains" help:"Domains to fetch certificates for, and renew them; the server must be reached under them on port 443."`
	ACMEURL    string   `env:"ACME_URL" name:"acme-url" default:"https://acme-v02.api.letsencrypt.org/directory" help:"The authority that TLS_DOMAINS' certificates come from."`
	ACMEEmail  string   `env:"ACME_EMAIL" name:"acme-email" help:"Where that authority writes when something is wrong."`
}

func (s tlsSettings) check() error {
	switch {
	case (s.TLSCert == "") != (s.TLSKey == ""):
		return errors.New("TLS_CERT and TLS_KEY go together")
	case s.TLSCert != "" && len(s.TLSDomains) > 0:
		return errors.New("set TLS_CERT and TLS_KEY, or TLS_DOMAINS")
	}
	return nil
}

// secured is how a listener speaks https; nil does not.
type secured struct {
	config *tls.Config
	hsts   bool         // browsers are told to come by https only, for a year
	plain  http.Handler // answers who speaks http on the same port
}

// secure returns what the settings ask for.
func (s tlsSettings) secure(dataDir string, logger *slog.Logger) (*secured, error) {
	toHTTPS := http.HandlerFunc(redirectToHTTPS)
	switch {
	case s.TLSCert != "":
		kept := &certificate{files: [2]string{s.TLSCert, s.TLSKey}, logger: logger}
		if err := kept.load(time.Now()); err != nil {
			return nil, fmt.Errorf("TLS_CERT, TLS_KEY: %w", err)
		}
		return &secured{&tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: kept.get}, true, toHTTPS}, nil
	case len(s.TLSDomains) > 0:
		manager := &autocert.Manager{
			Prompt: autocert.AcceptTOS, HostPolicy: autocert.HostWhitelist(s.TLSDomains...), Email: s.ACMEEmail,
			Cache: autocert.DirCache(filepath.Join(dataDir, "cache", "certificates")), Client: &acme.Client{DirectoryURL: s.ACMEURL},
		}
		config := manager.TLSConfig()
		config.MinVersion = tls.VersionTLS12
		return &secured{config, true, toHTTPS}, nil
	}
	return nil, nil
}

// redirectToHTTPS sends who speaks http to the same address by https. What has a body is
// refused: it has gone over the wire in clear already, and must not do so again unseen.
func redirectToHTTPS(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		http.Error(w, "This server is reached by https.", http.StatusUpgradeRequired)
		return
	}
	http.Redirect(w, r, "https://"+r.Host+r.URL.RequestURI(), http.StatusPermanentRedirect)
}

// strict tells browsers to come by https only.
func (s *secured) strict(next http.Handler) http.Handler {
	if s == nil || !s.hsts {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Strict-Transport-Security", "max-age=31536000")
		next.ServeHTTP(w, r)
	})
}

// lookAgain is how old what is known of the files may be.
const lookAgain = time.Second

// certificate is one of two files that somebody else renews.
type certificate struct {
	files  [2]string // certificate and key
	logger *slog.Logger

	mu     sync.Mutex // guards the fields below
	loaded *tls.Certificate
	looked time.Time
	seen   [2]time.Time // when the files that are loaded were written
	failed [2]time.Time // when those were that could not be loaded
}

// get is a tls.Config's GetCertificate: that of the files, as they are now. Files that are
// half written leave the certificate as it was.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	if now.Sub(c.looked) < lookAgain {
		return c.loaded, nil
	}
	c.looked = now
	written := c.written()
	if written == c.seen || written == c.failed {
		return c.loaded, nil
	}
	if err := c.load(now); err != nil {
		c.failed = written
		c.logger.Error("the new certificate cannot be used, the old one stays", slog.String("file", c.files[0]), slog.Any("error", err))
		return c.loaded, nil
	}
	c.logger.Info("the certificate was renewed", slog.String("file", c.files[0]), slog.Time("until", c.loaded.Leaf.NotAfter))
	return c.loaded, nil
}

// load reads the files. It must be called with mu held, or before anybody else knows c.
func (c *certificate) load(now time.Time) error {
	written := c.written()
	pair, err := tls.LoadX509KeyPair(c.files[0], c.files[1])
	if err != nil {
		return err
	}
	c.loaded, c.seen, c.looked = &pair, written, now
	return nil
}

func (c *certificate) written() (times [2]time.Time) {
	for i, name := range c.files {
		if info, err := os.Stat(name); err == nil {
			times[i] = info.ModTime()
		}
	}
	return times
}

// newServer is the HTTP server of every address.
func newServer(handler http.Handler, logger *slog.Logger) *http.Server {
	return &http.Server{
		Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 60 * time.Second,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
	}
}
