package httpapi

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"hash"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
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

// query is the parameters of a request, in the order of their names. A list of the usual
// five takes less time and memory than a map.
type query []parameter

type parameter struct{ name, value string }

// get returns the value of a parameter, or "".
func (q query) get(name string) string {
	for i := range q {
		if q[i].name == name {
			return q[i].value
		}
	}
	return ""
}

// parse reads the parameters, and uses the room that q has. Their names are lower-cased,
// as the signature has them; a name that is there twice is refused, because two readers
// could take a different one of its values.
func (q query) parse(raw string) (query, error) {
	q = q[:0]
	for raw != "" {
		var pair string
		pair, raw, _ = strings.Cut(raw, "&")
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		if err != nil {
			return q, errQuery.Because(err)
		}
		if value, err = url.QueryUnescape(value); err != nil {
			return q, errQuery.Because(err)
		}
		q = append(q, parameter{strings.ToLower(name), value})
	}
	slices.SortFunc(q, func(x, y parameter) int { return strings.Compare(x.name, y.name) })
	for i := 1; i < len(q); i++ {
		if q[i].name == q[i-1].name {
			return q, errRepeated
		}
	}
	return q, nil
}

// appendText appends what is signed: the method, the path and the parameters, whose
// values are not escaped.
func (q query) appendText(text []byte, method, path string) []byte {
	text = append(text, method...)
	text = append(text, '\n')
	text = append(text, path...)
	separator := byte('\n')
	for _, p := range q {
		if p.name == authSignature {
			continue
		}
		text = append(text, separator)
		text = append(text, p.name...)
		text = append(text, '=')
		text = append(text, p.value...)
		separator = '&'
	}
	return text
}

// signer signs with one app's secret. It keeps its states, which cost more to make than
// to use.
type signer struct{ states sync.Pool }

func newSigner(secret string) *signer {
	return &signer{states: sync.Pool{New: func() any { return hmac.New(sha256.New, []byte(secret)) }}}
}

// appendSum appends the signature of the text.
func (s *signer) appendSum(sum, text []byte) []byte {
	state := s.states.Get().(hash.Hash)
	defer s.states.Put(state)
	state.Reset()
	state.Write(text)
	return state.Sum(sum)
}

// checkAuth verifies everything but the body.
func (r *request) checkAuth(method string, u *url.URL) error {
	for _, name := range [...]string{authKey, authTimestamp, authVersion, authSignature} {
		if r.query.get(name) == "" {
			return errMissing
		}
	}
	if r.query.get(authKey) != r.tenant.Key { // which is public
		return errKey
	}
	if r.query.get(authVersion) != "1.0" {
		return errAuthVersion
	}
	// Libraries differ in whether they sign the path as it is meant or as it is sent.
	if escaped := u.EscapedPath(); !r.signed(method, u.Path) && (escaped == u.Path || !r.signed(method, escaped)) {
		return errSignature
	}
	seconds, err := strconv.ParseInt(r.query.get(authTimestamp), 10, 64)
	if err != nil {
		return errTimestamp
	}
	if age := r.at.Unix() - seconds; age > int64(maxAge/time.Second) || age < -int64(maxAge/time.Second) {
		return errTimestamp
	}
	return nil
}

// signed reports whether the signature is that of the request with the path.
func (r *request) signed(method, path string) bool {
	r.text = r.query.appendText(r.text[:0], method, path)
	r.sum = r.tenant.signer.appendSum(r.sum[:0], r.text)
	return fits(r.query.get(authSignature), r.sum)
}

// checkBody verifies that the body is the one that was signed for.
func checkBody(body []byte, claimed string) error {
	if len(body) == 0 && claimed == "" {
		return nil
	}
	if sum := md5.Sum(body); !fits(claimed, sum[:]) {
		return errBodyMD5
	}
	return nil
}

// fits reports whether text is the sum in lower-case hex, which is the only spelling. How
// long it takes does not tell where they differ.
func fits(text string, sum []byte) bool {
	var got, want [2 * sha256.Size]byte
	n := hex.Encode(want[:], sum)
	copy(got[:], text)
	return len(text) == n && subtle.ConstantTimeCompare(got[:n], want[:n]) == 1
}
