package accounts

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"github.com/ftcmetrics/ftcmetrics/fault"
)

// The cost of a password hash: OWASP's minimum for argon2id, about 40 ms on a small server.
const (
	hashMemory = 19 * 1024 // KiB
	hashTime   = 2
	hashLanes  = 1
	hashQueue  = 5 * time.Second // longest wait for a free core
)

var errBusy = fault.New(fault.Unavailable, "sign-in-busy", "Too many people sign in at this moment. Try again in a few seconds.")

// common holds passwords of at least 12 characters that are tried first by everybody.
//
//go:embed common-passwords.txt
var common []byte

// hasher runs at most one hash for each core, so that a burst of sign-ins cannot take all
// memory.
type hasher struct {
	slots chan struct{}
	dummy string // compared with when there is no such user, so that the answer takes as long
}

func newHasher() *hasher {
	h := &hasher{slots: make(chan struct{}, runtime.NumCPU())}
	h.dummy = derive("", []byte("no user has this"))
	return h
}

// checkPassword returns ErrPassword when the password is too short, too long or well known.
func checkPassword(password string) error {
	n := utf8.RuneCountInString(password)
	lower := bytes.ToLower([]byte(password))
	known := bytes.Contains(append([]byte("\n"), common...), append(append([]byte("\n"), lower...), '\n'))
	if n < 12 || n > 128 || known || len(distinct(password)) < 4 {
		return ErrPassword.At(fault.Field{Pointer: "/password", Detail: ErrPassword.Detail})
	}
	return nil
}

func distinct(text string) map[rune]bool {
	seen := make(map[rune]bool)
	for _, r := range text {
		seen[r] = true
	}
	return seen
}

// hash returns the PHC string of the password.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	if err := h.take(ctx); err != nil {
		return "", err
	}
	defer h.free()
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails since Go 1.24
	return derive(password, salt), nil
}

// matches reports whether the password has the PHC string, which may be "" for a user
// without a password; that takes as long.
func (h *hasher) matches(ctx context.Context, password, phc string) (bool, error) {
	if err := h.take(ctx); err != nil {
		return false, err
	}
	defer h.free()
	if len(password) > 1024 {
		password = password[:1024] // no stored password is as long; hashing more would only cost us
	}
	want := phc
	if want == "" {
		want = h.dummy
	}
	var version, memory, passes, lanes int
	parts := strings.Split(want, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, fmt.Errorf("a stored password hash has an unknown form")
	}
	if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &memory, &passes, &lanes); err != nil {
		return false, fmt.Errorf("parameters of a stored password hash: %w", err)
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false, fmt.Errorf("salt of a stored password hash: %w", err)
	}
	sum, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil {
		return false, fmt.Errorf("stored password hash: %w", err)
	}
	got := argon2.IDKey([]byte(password), salt, uint32(passes), uint32(memory), uint8(lanes), uint32(len(sum)))
	return subtle.ConstantTimeCompare(got, sum) == 1 && phc != "", nil
}

func (h *hasher) take(ctx context.Context) error {
	timer := time.NewTimer(hashQueue)
	defer timer.Stop()
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-timer.C:
		return errBusy
	case <-ctx.Done():
		return ctx.Err()
	}
}

// free collects what a hash leaves, 19 MiB, before the next may start: a burst of sign-ins
// would let it pile up otherwise.
func (h *hasher) free() {
	runtime.GC()
	<-h.slots
}

func derive(password string, salt []byte) string {
	sum := argon2.IDKey([]byte(password), salt, hashTime, hashMemory, hashLanes, 32)
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, hashMemory, hashTime, hashLanes, b64(salt), b64(sum))
}

// outdated reports whether the PHC string was made with other costs than today's.
func outdated(phc string) bool {
	return !strings.HasPrefix(phc, fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$", argon2.Version, hashMemory, hashTime, hashLanes))
}
