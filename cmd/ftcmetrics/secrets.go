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
	if c.AppID != "" && c.AppKey != "" && c.AppSecret != "" {
		return nil
	}
	made, err := loadSecrets(c.DataDir)
	if err != nil {
		return err
	}
	for _, pair := range []struct{ have, made *string }{{&c.AppID, &made.AppID}, {&c.AppKey, &made.AppKey}, {&c.AppSecret, &made.AppSecret}} {
		if *pair.have == "" {
			*pair.have = *pair.made
		}
	}
	return nil
}

func loadSecrets(dir string) (secrets, error) {
	path := filepath.Join(dir, "secrets.json")
	var s secrets
	raw, err := os.ReadFile(path) //nolint:gosec // the operator names the folder
	if err == nil {
		if err := json.Unmarshal(raw, &s); err != nil {
			return s, fmt.Errorf("%s is damaged, remove it to have new secrets made: %w", path, err)
		}
		return s, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return s, err
	}
	s = secrets{AppID: "ftcmetrics", AppKey: strings.ToLower(rand.Text()[:20]), AppSecret: rand.Text() + rand.Text()}
	if raw, err = json.MarshalIndent(s, "", "  "); err != nil {
		return s, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // PostgreSQL runs as another user below it; the secrets are 0600
		return s, err
	}
	return s, writeOnce(path, append(raw, '\n'))
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
