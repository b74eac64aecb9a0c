package redistest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Authority signs certificates that nobody knows but who has its file.
type Authority struct {
	File string // the authority's own certificate, as PEM

	t    testing.TB
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// NewAuthority makes an authority that is good for the time of a test.
func NewAuthority(t testing.TB) *Authority {
	t.Helper()
	a := &Authority{t: t, dir: t.TempDir(), key: newKey(t)}
	now := time.Now()
	self := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority of a test"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	a.cert = self
	var err error
	a.cert, err = x509.ParseCertificate(a.sign(self, a.key))
	check(t, err)
	a.File = a.write("authority.pem", "CERTIFICATE", a.cert.Raw)
	return a
}

// Pool has the authority alone.
func (a *Authority) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

// certify writes a certificate for this machine's loopback address, and its key.
func (a *Authority) certify() (cert, key string) {
	a.t.Helper()
	private := newKey(a.t)
	raw, err := x509.MarshalPKCS8PrivateKey(private)
	check(a.t, err)
	leaf := a.sign(&x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "redis-server of a test"}, NotBefore: a.cert.NotBefore, NotAfter: a.cert.NotAfter,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}, private)
	return a.write("redis.pem", "CERTIFICATE", leaf), a.write("redis.key", "PRIVATE KEY", raw)
}

func (a *Authority) sign(template *x509.Certificate, key *ecdsa.PrivateKey) []byte {
	a.t.Helper()
	raw, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	check(a.t, err)
	return raw
}

func (a *Authority) write(name, kind string, raw []byte) string {
	a.t.Helper()
	path := filepath.Join(a.dir, name)
	check(a.t, os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: raw}), 0o600))
	return path
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(t, err)
	return key
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// secured is how a server that speaks TLS alone is started and spoken to.
type secured struct {
	args   []string
	client *tls.Config
}

// NewSecure starts a server that speaks TLS alone, with a certificate of the authority for
// 127.0.0.1. It ends with the test.
func NewSecure(t testing.TB, authority *Authority) *Server {
	t.Helper()
	cert, key := authority.certify()
	return begin(t, &secured{
		args:   []string{"--tls-cert-file", cert, "--tls-key-file", key, "--tls-ca-cert-file", authority.File, "--tls-auth-clients", "no"},
		client: &tls.Config{RootCAs: authority.Pool(), MinVersion: tls.VersionTLS12},
	})
}
