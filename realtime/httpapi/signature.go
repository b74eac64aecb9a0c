package httpapi

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ftcmetrics/ftcmetrics/fault"
)

// The refusals of a request whose sender is not proven.
var (
	errQuery       = fault.New(fault.Malformed, "bad-query", "The query string cannot be read.")
	errRepeated    = fault.New(fault.Unauthenticated, "repeated-parameter", "A query parameter is there twice.")
	errMissing     = fault.New(fault.Unauthenticated, "missing-parameter", "auth_key, auth_timestamp, auth_version and auth_signature are needed.")
	errKey         = fault.New(fault.Unauthenticated, "wrong-key", "auth_key is not the key of this app.")
	errAuthVersion = fault.New(fault.Unauthenticated, "wrong-auth-version", "auth_version is not 1.0.")
	errTimestamp   = fault.New(fault.Unauthenticated, "wrong-timestamp", "auth_timestamp is more than 600 seconds from the time of this server.")
	errSignature   = fault.New(fault.Unauthenticated, "wrong-signature", "auth_signature does not fit the request.")
	errBodyMD5     = fault.New(fault.Unauthenticated, "wrong-body-md5", "body_md5 is missing or does not fit the body.")
)

const maxAge = 600 * time.Second

// The parameters that belong to the signature.
const (
	authKey       = "auth_key"
	authTimestamp = "auth_timestamp"
	authVersion   = "auth_version"
	authSignature = "auth_signature"
	bodyMD5       = "body_md5"
)

// parseQuery reads the parameters. Their names are lower-cased, as the signature has
// them; a name that is there twice is refused, because two readers could take a different
// one of its values.
func parseQuery(raw string) (map[string]string, error) {
	query := make(map[string]string, 8)
	for raw != "" {
		var pair string
		pair, raw, _ = strings.Cut(raw, "&")
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		if err != nil {
			return nil, errQuery.Because(err)
		}
		if value, err = url.QueryUnescape(value); err != nil {
			return nil, errQuery.Because(err)
		}
		name = strings.ToLower(name)
		if _, twice := query[name]; twice {
			return nil, errRepeated
		}
		query[name] = value
	}
	return query, nil
}

// checkAuth verifies everything but the body. It removes the parameters of the signature
// from query, body_md5 excepted.
func checkAuth(method string, paths []string, query map[string]string, key, secret string, now time.Time) error {
	for _, name := range []string{authKey, authTimestamp, authVersion, authSignature} {
		if query[name] == "" {
			return errMissing
		}
	}
	if subtle.ConstantTimeCompare([]byte(query[authKey]), []byte(key)) != 1 {
		return errKey
	}
	if query[authVersion] != "1.0" {
		return errAuthVersion
	}
	signature, err := decodeLowerHex(query[authSignature])
	if err != nil {
		return errSignature
	}
	delete(query, authSignature)
	fits := false
	for _, path := range paths {
		fits = hmac.Equal(signature, sign(method, path, query, secret)) || fits
	}
	if !fits {
		return errSignature
	}
	seconds, err := strconv.ParseInt(query[authTimestamp], 10, 64)
	if err != nil {
		return errTimestamp
	}
	if age := now.Unix() - seconds; age > int64(maxAge/time.Second) || age < -int64(maxAge/time.Second) {
		return errTimestamp
	}
	delete(query, authKey)
	delete(query, authTimestamp)
	delete(query, authVersion)
	return nil
}

// sign returns the HMAC over the method, the path and the sorted parameters, whose values
// are not escaped.
func sign(method, path string, query map[string]string, secret string) []byte {
	names := make([]string, 0, len(query))
	for name := range query {
		names = append(names, name)
	}
	slices.Sort(names)
	text := make([]byte, 0, 256)
	text = append(text, method...)
	text = append(text, '\n')
	text = append(text, path...)
	for i, name := range names {
		separator := byte('&')
		if i == 0 {
			separator = '\n'
		}
		text = append(text, separator)
		text = append(text, name...)
		text = append(text, '=')
		text = append(text, query[name]...)
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(text)
	return mac.Sum(nil)
}

// checkBody verifies that the body is the one that was signed for.
func checkBody(body []byte, claimed string) error {
	if len(body) == 0 && claimed == "" {
		return nil
	}
	want, err := decodeLowerHex(claimed)
	if err != nil {
		return errBodyMD5
	}
	sum := md5.Sum(body)
	if subtle.ConstantTimeCompare(sum[:], want) != 1 {
		return errBodyMD5
	}
	return nil
}

// decodeLowerHex decodes lower-case hex only, so that a signature has one spelling.
func decodeLowerHex(s string) ([]byte, error) {
	if strings.ToLower(s) != s {
		return nil, hex.InvalidByteError(s[0])
	}
	return hex.DecodeString(s)
}
