package main

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// soketiName is a variable of soketi, or of a backend made for it, and what it means here.
type soketiName struct {
	name    string
	setting string // our variable of the same meaning; "" if there is none
	hubOnly bool   // it means this to the hub alone
	same    string // without a setting: the value that needs nothing done
	value   func(text string, environ []string) (string, error)
}

// soketiNames lists all variables of soketi that are heeded. Of two for one setting the
// first wins, and our own name before both.
func soketiNames() []soketiName {
	const app = "SOKETI_DEFAULT_APP_"
	return []soketiName{
		{name: "SOKETI_APP_ID", setting: "REALTIME_APP_ID"},
		{name: app + "ID", setting: "REALTIME_APP_ID"},
		{name: "SOKETI_APP_KEY", setting: "REALTIME_APP_KEY"},
		{name: app + "KEY", setting: "REALTIME_APP_KEY"},
		{name: "SOKETI_APP_SECRET", setting: "REALTIME_APP_SECRET"},
		{name: app + "SECRET", setting: "REALTIME_APP_SECRET"},

		{name: app + "ENABLED", setting: "HUB_APP_ENABLED", value: soketiTruth},
		{name: app + "ENABLE_CLIENT_MESSAGES", setting: "HUB_CLIENT_MESSAGES", value: soketiTruth},
		{name: app + "USER_AUTHENTICATION", setting: "HUB_USER_AUTHENTICATION", value: soketiTruth},
		{name: app + "WEBHOOKS", setting: "HUB_WEBHOOKS", value: soketiWebhooks},
		{name: "SOKETI_USER_AUTHENTICATION_TIMEOUT", setting: "HUB_AUTHORIZATION_TIMEOUT", value: soketiPatience},

		// The second name of a limit is how its field is called.
		{name: app + "MAX_CONNS", setting: "HUB_MAX_CONNECTIONS", value: soketiNumber},
		{name: app + "MAX_CONNECTIONS", setting: "HUB_MAX_CONNECTIONS", value: soketiNumber},
		{name: app + "MAX_BACKEND_EVENTS_PER_SEC", setting: "HUB_MAX_BACKEND_EVENTS_PER_SECOND", value: soketiNumber},
		{name: app + "MAX_BACKEND_EVENTS_PER_SECOND", setting: "HUB_MAX_BACKEND_EVENTS_PER_SECOND", value: soketiNumber},
		{name: app + "MAX_CLIENT_EVENTS_PER_SEC", setting: "HUB_MAX_CLIENT_EVENTS_PER_SECOND", value: soketiNumber},
		{name: app + "MAX_CLIENT_EVENTS_PER_SECOND", setting: "HUB_MAX_CLIENT_EVENTS_PER_SECOND", value: soketiNumber},
		{name: app + "MAX_READ_REQ_PER_SEC", setting: "HUB_MAX_READ_REQUESTS_PER_SECOND", value: soketiNumber},
		{name: app + "MAX_READ_REQ_PER_SECOND", setting: "HUB_MAX_READ_REQUESTS_PER_SECOND", value: soketiNumber},
		{name: "SOKETI_PRESENCE_MAX_MEMBERS", setting: "HUB_MAX_PRESENCE_MEMBERS", value: soketiNumber},
		{name: "SOKETI_PRESENCE_MAX_MEMBER_SIZE", setting: "HUB_MAX_PRESENCE_MEMBER_KB", value: soketiNumber},
		{name: "SOKETI_EVENT_MAX_SIZE_IN_KB", setting: "HUB_MAX_EVENT_KB", value: soketiNumber},
		{name: "SOKETI_EVENT_MAX_CHANNELS_AT_ONCE", setting: "HUB_MAX_EVENT_CHANNELS", value: soketiNumber},
		{name: "SOKETI_EVENT_MAX_BATCH_SIZE", setting: "HUB_MAX_EVENT_BATCH", value: soketiNumber},

		// To a backend SOKETI_HOST and SOKETI_PORT are where it finds soketi.
		{name: "SOKETI_HOST", setting: "REALTIME_HOST"},
		{name: "SOKETI_PORT", setting: "REALTIME_PORT", value: soketiNumber},
		{name: "SOKETI_USE_TLS", setting: "REALTIME_TLS", value: soketiTruth},
		{name: "SOKETI_HOST", setting: "HUB_ADDR", hubOnly: true, value: soketiAddress("SOKETI_HOST", "SOKETI_PORT", "6001")},
		{name: "SOKETI_PORT", setting: "HUB_ADDR", hubOnly: true, value: soketiAddress("SOKETI_HOST", "SOKETI_PORT", "6001")},
		{name: "SOKETI_SSL_CERT", setting: "TLS_CERT", hubOnly: true},
		{name: "SOKETI_SSL_KEY", setting: "TLS_KEY", hubOnly: true},
		{name: "SOKETI_METRICS_HOST", setting: "METRICS_ADDR", hubOnly: true, value: soketiAddress("SOKETI_METRICS_HOST", "SOKETI_METRICS_SERVER_PORT", "9601")},
		{name: "SOKETI_METRICS_SERVER_PORT", setting: "METRICS_ADDR", hubOnly: true, value: soketiAddress("SOKETI_METRICS_HOST", "SOKETI_METRICS_SERVER_PORT", "9601")},
		{name: "SOKETI_METRICS_PROMETHEUS_PREFIX", setting: "METRICS_PREFIX"},
		{name: "SOKETI_SHUTDOWN_GRACE_PERIOD", setting: "HUB_SHUTDOWN_GRACE", value: soketiTime},
		{name: "SOKETI_DEBUG", setting: "LOG_LEVEL", value: soketiDebug},

		// What joins several of them. soketi looks at the rest only when the driver is redis.
		{name: "SOKETI_ADAPTER_DRIVER", setting: "REDIS_URL", hubOnly: true, value: soketiRedis},
		{name: "SOKETI_DB_REDIS_HOST", setting: "REDIS_URL", hubOnly: true, value: soketiRedis},
		{name: "SOKETI_DB_REDIS_PORT", setting: "REDIS_URL", hubOnly: true, value: soketiRedis},
		{name: "SOKETI_DB_REDIS_DB", setting: "REDIS_URL", hubOnly: true, value: soketiRedis},
		{name: "SOKETI_DB_REDIS_USERNAME", setting: "REDIS_URL", hubOnly: true, value: soketiRedis},
		{name: "SOKETI_DB_REDIS_PASSWORD", setting: "REDIS_URL", hubOnly: true, value: soketiRedis},
		{name: "SOKETI_DB_REDIS_KEY_PREFIX", setting: "REDIS_PREFIX", hubOnly: true},
		{name: "SOKETI_ADAPTER_DRIVER", same: "local"},
		{name: "SOKETI_APP_MANAGER_DRIVER", same: "array"},
		{name: "SOKETI_CACHE_DRIVER", same: "memory"},
		{name: "SOKETI_QUEUE_DRIVER", same: "sync"},
		{name: "SOKETI_RATE_LIMITER_DRIVER", same: "local"},
		{name: "SOKETI_METRICS_DRIVER", same: "prometheus"},
		{name: "SOKETI_METRICS_ENABLED", same: "true"},
		{name: "SOKETI_METRICS_ENABLED", same: "1"},
		{name: "SOKETI_MODE", same: "full"},
	}
}

// soketiVariables reads a flag that has none of our own variables from soketi's.
func soketiVariables(environ []string, from sources) kong.Resolver {
	return kong.ResolverFunc(func(parsed *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		if len(flag.Envs) == 0 || lookup(environ, flag.Envs[0]) != "" || lookup(environ, flag.Envs[0]+"_FILE") != "" {
			return nil, nil
		}
		node := parsed.Selected()
		for _, row := range soketiNames() {
			text := lookup(environ, row.name)
			if row.setting != flag.Envs[0] || text == "" || row.hubOnly && (node == nil || node.Name != "hub") {
				continue
			}
			if row.value == nil {
				from[flag] = row.name
				return text, nil
			}
			value, err := row.value(text, environ)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", row.name, err)
			}
			if value != "" {
				from[flag] = row.name
				return value, nil
			}
		}
		return nil, nil
	})
}

// soketiAliases are soketi's names for a setting of ours.
func soketiAliases(setting string) []string {
	var names []string
	for _, row := range soketiNames() {
		if row.setting == setting {
			names = append(names, row.name)
		}
	}
	return names
}

// soketiUnheeded returns the variables of soketi that are set and mean nothing here.
func soketiUnheeded(environ []string, hubAlone bool) []string {
	rows := soketiNames()
	var names []string
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(name, "SOKETI_") || value == "" {
			continue
		}
		heeded := slices.ContainsFunc(rows, func(row soketiName) bool {
			if row.setting == "" {
				return row.name == name && row.same == value
			}
			return row.name == strings.TrimSuffix(name, "_FILE") && (hubAlone || !row.hubOnly)
		})
		if !heeded {
			names = append(names, name)
		}
	}
	return names
}

// soketiRedis puts the address of Redis together, if soketi would use it to join nodes.
func soketiRedis(_ string, environ []string) (string, error) {
	switch driver := lookup(environ, "SOKETI_ADAPTER_DRIVER"); driver {
	case "", "local":
		return "", nil
	case "redis":
	default:
		return "", fmt.Errorf("the driver %q is not there; several nodes need redis", driver)
	}
	host, err := soketiAddress("SOKETI_DB_REDIS_HOST", "SOKETI_DB_REDIS_PORT", "6379")("", environ)
	if err != nil {
		return "", err
	}
	redis := url.URL{Scheme: "redis", Host: host, Path: "/" + lookup(environ, "SOKETI_DB_REDIS_DB")}
	user, password := lookup(environ, "SOKETI_DB_REDIS_USERNAME"), lookup(environ, "SOKETI_DB_REDIS_PASSWORD")
	if user != "" || password != "" {
		redis.User = url.UserPassword(user, password)
	}
	return redis.String(), nil
}

func soketiTruth(text string, _ []string) (string, error) {
	truth, err := strconv.ParseBool(text)
	if err != nil {
		return "", fmt.Errorf("%q is neither true nor false", text)
	}
	return strconv.FormatBool(truth), nil
}

func soketiNumber(text string, _ []string) (string, error) {
	if _, err := strconv.ParseFloat(text, 64); err != nil {
		return "", fmt.Errorf("%q is no number", text)
	}
	return text, nil
}

// soketiTime reads milliseconds.
func soketiTime(text string, _ []string) (string, error) {
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return "", fmt.Errorf("%q is no number of milliseconds", text)
	}
	return (time.Duration(n) * time.Millisecond).String(), nil
}

// soketiPatience reads a limit that soketi has for apps whose users sign in.
func soketiPatience(text string, environ []string) (string, error) {
	if on, err := strconv.ParseBool(lookup(environ, "SOKETI_DEFAULT_APP_USER_AUTHENTICATION")); err != nil || !on {
		return "", nil //nolint:nilerr // a wrong value is reported where it is read
	}
	return soketiTime(text, environ)
}

func soketiDebug(text string, environ []string) (string, error) {
	truth, err := soketiTruth(text, environ)
	if err != nil || truth == "false" {
		return "", err
	}
	return "debug", nil
}

// soketiWebhooks checks them here too, so that the error has the name that was used.
func soketiWebhooks(text string, _ []string) (string, error) {
	_, err := parseWebhooks(text)
	return text, err
}

// soketiAddress joins host and port. The host that is not named is this machine's own:
// soketi listens for everybody, and we only when told to.
func soketiAddress(host, port, usual string) func(string, []string) (string, error) {
	return func(_ string, environ []string) (string, error) {
		h, p := lookup(environ, host), lookup(environ, port)
		if h == "" {
			h = "127.0.0.1"
		}
		if p == "" {
			p = usual
		}
		if _, err := strconv.ParseUint(p, 10, 16); err != nil {
			return "", fmt.Errorf("%s=%s is no port", port, p)
		}
		return net.JoinHostPort(h, p), nil
	}
}
