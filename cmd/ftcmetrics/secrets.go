package main

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// secrets is the realtime app as it was generated for a data folder.
type secrets struct {
	AppID     string `json:"appId"`
	AppKey    string `json:"appKey"`
	AppSecret string `json:"appSecret"`
}

// fillSecrets completes the app from the data folder's secrets.json, which is made, for
// this user's eyes only, when there is none. What is configured wins.
func (c *config) fillSecrets() error {
	if c.hasApp() {
		return nil
	}
	made, err := loadSecrets(c.DataDir)
	if err != nil {
		return err
	}
	c.complete(made)
	return nil
}

func (c *config) hasApp() bool { return c.AppID != "" && c.AppKey != "" && c.AppSecret != "" }

// complete takes what is not configured.
func (c *config) complete(made secrets) {
	for _, pair := range []struct{ have, made *string }{{&c.AppID, &made.AppID}, {&c.AppKey, &made.AppKey}, {&c.AppSecret, &made.AppSecret}} {
		if *pair.have == "" {
			*pair.have = *pair.made
		}
	}
}

// readSecrets returns what the folder has, if it has secrets.
func readSecrets(dir string) (s secrets, ok bool, err error) {
	path := filepath.Join(dir, "secrets.json")
	raw, err := os.ReadFile(path) //nolint:gosec // the operator names the folder
	if errors.Is(err, fs.ErrNotExist) {
		return s, false, nil
	}
	if err != nil {
		return s, false, err
	}
	if err := json.Unmarshal(raw, &s); err != nil {
		return s, false, fmt.Errorf("%s is damaged, remove it to have new secrets made: %w", path, err)
	}
	return s, true, nil
}

// loadSecrets returns the folder's secrets, and makes them where there are none.
func loadSecrets(dir string) (secrets, error) {
	s, ok, err := readSecrets(dir)
	if ok || err != nil {
		return s, err
	}
	s = secrets{AppID: "ftcmetrics", AppKey: strings.ToLower(rand.Text()[:20]), AppSecret: rand.Text() + rand.Text()}
	raw, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return s, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // PostgreSQL runs as another user below it; the secrets are 0600
		return s, err
	}
	return s, writeOnce(filepath.Join(dir, "secrets.json"), append(raw, '\n'))
}

// writeOnce creates the file whole or not at all.
func writeOnce(path string, content []byte) error {
	temporary := fmt.Sprintf("%s.%d", path, os.Getpid())
	if err := os.WriteFile(temporary, content, 0o600); err != nil {
		return err
	}
	return os.Rename(temporary, path)
}

// codeKey is the key under which invite codes are stored. It follows from the app's secret,
// so that all nodes have it and the database does not.
func (c config) codeKey() ([]byte, error) {
	return hkdf.Key(sha256.New, []byte(c.AppSecret), nil, "ftcmetrics invite codes", sha256.Size)
}
