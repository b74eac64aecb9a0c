package provider

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"errors"
	"time"
)

// attempt is one sign-in from its beginning to the provider's answer.
type attempt struct {
	Provider string
	State    string
	Nonce    string
	Verifier string // of PKCE
	Until    time.Time
	Wish
}

// seal closes attempts, so that a browser can keep its own and neither read nor change it.
// Any node can open it.
type seal struct{ aead cipher.AEAD }

// use binds what is sealed to this use of the key.
const use = "ftcmetrics sign-in attempt"

var errSeal = errors.New("this is no attempt that we sealed")

func newSeal(key []byte) (seal, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return seal{}, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return seal{aead}, err
}

func (s seal) close(a attempt) (string, error) {
	raw, err := json.Marshal(a)
	return base64.RawURLEncoding.EncodeToString(s.aead.Seal(nil, nil, raw, []byte(use))), err
}

func (s seal) open(text string) (attempt, error) {
	var a attempt
	closed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return a, errSeal
	}
	raw, err := s.aead.Open(nil, nil, closed, []byte(use))
	if err != nil {
		return a, errSeal
	}
	return a, json.Unmarshal(raw, &a)
}
