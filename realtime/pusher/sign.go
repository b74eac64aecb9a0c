package pusher

import (
	"crypto/hmac"
	"crypto/md5" //nolint:gosec // the protocol's checksum; the signature is HMAC-SHA256
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Sign returns the query that proves a request of Pusher's HTTP API to be ours: the
// parameters of its own, and those of the signature. It is good for ten minutes.
func Sign(key, secret, method, path string, own url.Values, body []byte, at time.Time) string {
	query := url.Values{"auth_key": {key}, "auth_timestamp": {strconv.FormatInt(at.Unix(), 10)}, "auth_version": {"1.0"}}
	if len(body) > 0 {
		sum := md5.Sum(body) //nolint:gosec // as above
		query.Set("body_md5", hex.EncodeToString(sum[:]))
	}
	for name, values := range own {
		query[strings.ToLower(name)] = values
	}
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(query)) {
		pairs = append(pairs, name+"="+query.Get(name)) // what is signed is not escaped
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(method + "\n" + path + "\n" + strings.Join(pairs, "&")))
	return query.Encode() + "&auth_signature=" + hex.EncodeToString(mac.Sum(nil))
}
