package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"reflect"
	"strings"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
	"github.com/ftcmetrics/ftcmetrics/realtime/webhook"
)

// appEntry is one app of HUB_APPS_FILE, with soketi's names and some of ours. Of a limit,
// -1 means that there is none.
type appEntry struct {
	ID                   string `json:"id"`
	Key                  string `json:"key"`
	Secret               string `json:"secret"`
	Enabled              *bool  `json:"enabled"`
	TLSOnly              bool   `json:"tlsOnly"`
	EnableClientMessages bool   `json:"enableClientMessages"`

	MaxConnections            *int     `json:"maxConnections"`
	MaxClientEventsPerSecond  *int     `json:"maxClientEventsPerSecond"`
	MaxPresenceMembers        *int     `json:"maxPresenceMembersPerChannel"`
	MaxPresenceMemberSizeInKb *float64 `json:"maxPresenceMemberSizeInKb"`
	MaxEventPayloadInKb       *float64 `json:"maxEventPayloadInKb"`
	MaxEventChannelsAtOnce    *int     `json:"maxEventChannelsAtOnce"`
	MaxEventBatchSize         *int     `json:"maxEventBatchSize"`
	MaxBackendEventsPerSecond *int     `json:"maxBackendEventsPerSecond"`
	MaxReadRequestsPerSecond  *int     `json:"maxReadRequestsPerSecond"`

	AuthorizationTimeoutInSeconds *int `json:"authorizationTimeoutInSeconds"`

	EnableUserAuthentication bool         `json:"enableUserAuthentication"`
	EnableWatchlist          bool         `json:"enableWatchlist"`
	EnableSubscriptionCount  bool         `json:"enableSubscriptionCount"`
	AllowedOrigins           []string     `json:"allowedOrigins"`
	Webhooks                 []appWebhook `json:"webhooks"`
}

// appWebhook is one webhook of an app.
type appWebhook struct {
	URL        string   `json:"url"`
	EventTypes []string `json:"event_types"`
	Filter     struct {
		StartsWith string `json:"channel_name_starts_with"`
		EndsWith   string `json:"channel_name_ends_with"`
	} `json:"filter"`
	Headers map[string]string `json:"headers"`
}

// furtherApps reads HUB_APPS_FILE. Its errors say which app and which field is meant.
func (c config) furtherApps() ([]appEntry, error) {
	if c.HubAppsFile == "" {
		return nil, nil
	}
	raw, err := os.ReadFile(c.HubAppsFile)
	if err != nil {
		return nil, fmt.Errorf("HUB_APPS_FILE: %w", err)
	}
	apps, err := parseApps(raw)
	if err != nil {
		return nil, fmt.Errorf("HUB_APPS_FILE=%s: %w", c.HubAppsFile, err)
	}
	ids, keys := map[string]bool{c.AppID: true}, map[string]bool{c.AppKey: true}
	for i, a := range apps {
		if err := c.checkApp(a, ids, keys); err != nil {
			return nil, fmt.Errorf("HUB_APPS_FILE=%s: %s: %w", c.HubAppsFile, a.name(i), err)
		}
		ids[a.ID], keys[a.Key] = true, true
	}
	return apps, nil
}

func parseApps(raw []byte) ([]appEntry, error) {
	var entries []json.RawMessage
	if err := json.Unmarshal(raw, &entries); err != nil {
		return nil, fmt.Errorf("this is no JSON array of apps: %w", err)
	}
	apps := make([]appEntry, len(entries))
	for i, entry := range entries {
		decoder := json.NewDecoder(bytes.NewReader(entry))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&apps[i]); err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("%s: %w", apps[i].name(i), readable(err))
		}
	}
	return apps, nil
}

// readable says in a person's words what the decoder does not like.
func readable(err error) error {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		if wrong.Field == "" {
			return fmt.Errorf("an app is an object, not a JSON %s", wrong.Value)
		}
		return fmt.Errorf("the field %s is a %s, not a JSON %s", wrong.Field, kindOf(wrong.Type), wrong.Value)
	}
	if field, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return fmt.Errorf("there is no field %s", field)
	}
	return err
}

func kindOf(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "whole number"
	case reflect.Float64:
		return "number"
	case reflect.Slice:
		return "list"
	case reflect.Struct, reflect.Map:
		return "object"
	}
	return "string"
}

func (a appEntry) name(i int) string {
	if a.ID == "" {
		return fmt.Sprintf("app number %d", i+1)
	}
	return fmt.Sprintf("app number %d (%s)", i+1, a.ID)
}

// checkApp looks at one app beside those before it.
func (c config) checkApp(a appEntry, ids, keys map[string]bool) error {
	for _, field := range []struct{ name, value string }{{"id", a.ID}, {"key", a.Key}, {"secret", a.Secret}} {
		if field.value == "" {
			return fmt.Errorf("the field %s is missing", field.name)
		}
		if err := known(field.value); c.production() && err != nil {
			return fmt.Errorf("%w: %s %w", errProduction, field.name, err)
		}
	}
	switch {
	case strings.ContainsAny(a.ID+a.Key, "/?# "):
		return errors.New("id and key are parts of addresses and cannot have any of / ? # and space")
	case ids[a.ID]:
		return errors.New("the id is another app's")
	case keys[a.Key]:
		return errors.New("the key is another app's")
	case c.production() && len(a.Secret) < minSecret:
		return fmt.Errorf("%w: secret has fewer than %d characters; make one with: openssl rand -hex 32", errProduction, minSecret)
	}
	for name, limit := range a.limits() {
		if limit != nil && *limit != -1 && *limit <= 0 {
			return fmt.Errorf("the field %s is a number above 0, or -1 for no limit", name)
		}
	}
	for i, w := range a.Webhooks {
		if err := w.endpoint().Check(!c.production()); err != nil {
			return fmt.Errorf("webhook number %d: %w", i+1, err)
		}
	}
	return nil
}

// limits are the numbers of an app by the names of their fields.
func (a appEntry) limits() map[string]*float64 {
	limits := map[string]*float64{"maxPresenceMemberSizeInKb": a.MaxPresenceMemberSizeInKb, "maxEventPayloadInKb": a.MaxEventPayloadInKb}
	for name, limit := range map[string]*int{
		"maxConnections": a.MaxConnections, "maxClientEventsPerSecond": a.MaxClientEventsPerSecond, "maxPresenceMembersPerChannel": a.MaxPresenceMembers,
		"maxEventChannelsAtOnce": a.MaxEventChannelsAtOnce, "maxEventBatchSize": a.MaxEventBatchSize,
		"maxBackendEventsPerSecond": a.MaxBackendEventsPerSecond, "maxReadRequestsPerSecond": a.MaxReadRequestsPerSecond,
		"authorizationTimeoutInSeconds": a.AuthorizationTimeoutInSeconds,
	} {
		if limit != nil {
			value := float64(*limit)
			limits[name] = &value
		}
	}
	return limits
}

// hubApp is the app as the hub knows it.
func (a appEntry) hubApp() hub.App {
	return hub.App{
		ID: a.ID, Key: a.Key, Secret: a.Secret, Disabled: a.Enabled != nil && !*a.Enabled,
		TLSOnly: a.TLSOnly, ClientMessages: a.EnableClientMessages, AllowedOrigins: a.AllowedOrigins,
		UserAuthentication: a.EnableUserAuthentication, Watchlist: a.EnableWatchlist, SubscriptionCount: a.EnableSubscriptionCount,
		MaxPresenceMembers: limit(a.MaxPresenceMembers, 1), MaxPresenceMemberBytes: limit(a.MaxPresenceMemberSizeInKb, 1024),
		MaxEventPayloadBytes: limit(a.MaxEventPayloadInKb, 1024), MaxClientEventsPerSecond: limit(a.MaxClientEventsPerSecond, 1),
		MaxEventChannels: limit(a.MaxEventChannelsAtOnce, 1), MaxEventBatch: limit(a.MaxEventBatchSize, 1),
		MaxConnections: openLimit(a.MaxConnections), MaxBackendEventsPerSecond: openLimit(a.MaxBackendEventsPerSecond),
		MaxReadRequestsPerSecond: openLimit(a.MaxReadRequestsPerSecond),
		AuthorizationTimeout:     time.Duration(openLimit(a.AuthorizationTimeoutInSeconds)) * time.Second,
	}
}

// limit is a limit in the hub's unit: 0, which is the hub's default, if it is not set.
func limit[N int | float64](n *N, unit int) int {
	switch {
	case n == nil:
		return 0
	case *n < 0, float64(*n)*float64(unit) > math.MaxInt32:
		return math.MaxInt32
	}
	return max(1, int(float64(*n)*float64(unit)))
}

// openLimit is a limit of which the hub's default is that there is none: 0 if it is not
// set or -1.
func openLimit(n *int) int {
	if n == nil || *n < 0 {
		return 0
	}
	return min(*n, math.MaxInt32)
}

// hooks are the app's endpoints.
func (a appEntry) hooks() webhook.App {
	app := webhook.App{ID: a.ID, Key: a.Key, Secret: a.Secret}
	for _, w := range a.Webhooks {
		app.Endpoints = append(app.Endpoints, w.endpoint())
	}
	return app
}

func (w appWebhook) endpoint() webhook.Endpoint {
	return webhook.Endpoint{URL: w.URL, EventTypes: w.EventTypes, StartsWith: w.Filter.StartsWith, EndsWith: w.Filter.EndsWith, Headers: w.Headers}
}
