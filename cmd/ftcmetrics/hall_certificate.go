package main

import (
	"bytes"
	"cmp"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// The lives of a hall's certificates. The authority's is a season or two, so that tablets
// trust it once; the server's is made at every start.
const (
	authorityLife = 2 * 365 * 24 * time.Hour
	serverLife    = 90 * 24 * time.Hour
)

// hallCertificate returns a certificate for the hosts, and that of the authority that
// signed it, as PEM. The authority is made once and kept in the data folder.
func hallCertificate(dataDir string, hosts []string, logger *slog.Logger) (tls.Certificate, []byte, error) {
	authority, key, err := hallAuthority(filepath.Join(dataDir, "hall"), hosts, logger)
	if err != nil {
		return tls.Certificate{}, nil, fmt.Errorf("the hall's certificate: %w", err)
	}
	own, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "FTC Metrics"}, NotBefore: now.Add(-24 * time.Hour), NotAfter: now.Add(serverLife), // tablets' clocks are wrong
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, authority, &own.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	return tls.Certificate{Certificate: [][]byte{raw, authority.Raw}, PrivateKey: own}, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: authority.Raw}), nil
}

// hallAuthority reads the authority of the folder, and makes one where there is none that
// will do for the hosts.
func hallAuthority(dir string, hosts []string, logger *slog.Logger) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	certPath, keyPath := filepath.Join(dir, "authority.crt"), filepath.Join(dir, "authority.key")
	pair, err := tls.LoadX509KeyPair(certPath, keyPath)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("%w; remove %s to have a new one made", err, dir)
	}
	if err == nil {
		key, ok := pair.PrivateKey.(*ecdsa.PrivateKey)
		if ok && time.Until(pair.Leaf.NotAfter) > serverLife && covers(pair.Leaf, hosts) {
			return pair.Leaf, key, nil
		}
		logger.Warn("a new certificate is made: tablets that trusted the old one have to trust it once more")
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	now := time.Now()
	// Whoever trusts it trusts this laptop for local networks, not for the rest of the world.
	template := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "FTC Metrics on " + cmp.Or(hostname(), "a laptop")}, NotBefore: now.Add(-24 * time.Hour), NotAfter: now.Add(authorityLife),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign,
		PermittedDNSDomainsCritical: true, PermittedDNSDomains: []string{"local", "localhost"}, PermittedIPRanges: localNetworks(hosts),
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, nil, err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, err
	}
	if err := writeOnce(keyPath, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})); err != nil {
		return nil, nil, err
	}
	if err := writeOnce(certPath, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw})); err != nil {
		return nil, nil, err
	}
	made, err := x509.ParseCertificate(raw)
	return made, key, err
}

// localNetworks are those that no address on the internet is in, and the hosts' own.
func localNetworks(hosts []string) []*net.IPNet {
	var list []*net.IPNet
	for _, text := range []string{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8"} {
		_, network, err := net.ParseCIDR(text)
		if err == nil {
			list = append(list, network)
		}
	}
	for _, host := range hosts {
		if ip := net.ParseIP(host).To4(); ip != nil && !within(list, ip) {
			list = append(list, &net.IPNet{IP: ip, Mask: net.CIDRMask(32, 32)})
		}
	}
	return list
}

func covers(authority *x509.Certificate, hosts []string) bool {
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil && !within(authority.PermittedIPRanges, ip) {
			return false
		}
	}
	return true
}

func within(networks []*net.IPNet, ip net.IP) bool {
	for _, network := range networks {
		if network.Contains(ip) {
			return true
		}
	}
	return false
}

func serial() *big.Int {
	var random [16]byte
	_, _ = rand.Read(random[:]) // never fails
	return new(big.Int).SetBytes(random[:])
}

// styleHash is how a policy names the one style of a page.
func styleHash(page []byte) string {
	_, rest, _ := bytes.Cut(page, []byte("<style>"))
	style, _, _ := bytes.Cut(rest, []byte("</style>"))
	sum := sha256.Sum256(style)
	return base64.StdEncoding.EncodeToString(sum[:])
}
