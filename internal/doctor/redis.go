package doctor

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/redis/rueidis"
)

const redis = "redis"

// Redis looks at the Redis at url, where keys begin with the prefix. authorities are nil for those that the system knows.
func Redis(ctx context.Context, url, prefix string, authorities *x509.CertPool) Finding {
	options, err := rueidis.ParseURL(url)
	if err != nil {
		return Bad(redis, "REDIS_URL cannot be read", "write it as redis://user:password@host:6379/0, or rediss:// over TLS")
	}
	if options.TLSConfig != nil && authorities != nil {
		options.TLSConfig.RootCAs = authorities
	}
	options.Dialer = net.Dialer{Timeout: patience}
	options.ConnWriteTimeout = patience
	options.DisableCache, options.DisableRetry = true, true
	ctx, cancel := context.WithTimeout(ctx, 2*patience)
	defer cancel()
	began := time.Now()
	client, err := rueidis.NewClient(options)
	if err != nil {
		return redisFault(err, options.InitAddress[0])
	}
	defer client.Close()
	if err := client.Do(ctx, client.B().Ping().Build()).Error(); err != nil {
		return redisFault(err, options.InitAddress[0])
	}
	took := time.Since(began).Round(time.Millisecond)
	for _, command := range []rueidis.Completed{ // what nodes do with it
		client.B().Publish().Channel(prefix + ":doctor").Message("hello").Build(),
		client.B().Set().Key(prefix + ":doctor").Value("hello").ExSeconds(1).Build(),
	} {
		if err := client.Do(ctx, command).Error(); err != nil {
			return redisFault(err, options.InitAddress[0])
		}
	}
	return Good(redis, "it answers at %s in %s and takes what nodes tell", options.InitAddress[0], took)
}

// redisFault says what an error means.
func redisFault(err error, address string) Finding {
	text := err.Error()
	switch {
	case strings.Contains(text, "WRONGPASS"), strings.Contains(text, "invalid password"), strings.Contains(text, "without any password"):
		return Bad(redis, address+" refuses the password", "correct user and password in REDIS_URL; requirepass or an ACL of Redis has the right one")
	case strings.Contains(text, "NOAUTH"):
		return Bad(redis, address+" wants a password", "put it into REDIS_URL: redis://:password@host:6379/0")
	case strings.Contains(text, "NOPERM"):
		return Bad(redis, address+": "+text, "let this user run all commands on keys and channels that begin with REDIS_PREFIX")
	case strings.Contains(text, "READONLY"):
		return Bad(redis, address+" is a replica and takes no writes", "name the primary in REDIS_URL")
	case strings.Contains(text, "x509"), strings.Contains(text, "tls:"):
		return Bad(redis, fmt.Sprintf("%s: %v", address, err), "redis:// is without TLS and rediss:// with it; REDIS_CA_FILE names who signed its certificate")
	}
	if why, ok := unreachable(err, address); ok {
		return Bad(redis, why, "start Redis, or correct REDIS_URL, where redis:// is without TLS and rediss:// with it; one node needs none")
	}
	return Bad(redis, fmt.Sprintf("%s: %v", address, err), "see what its own log says; redis:// is without TLS and rediss:// with it")
}
