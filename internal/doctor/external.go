package doctor

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/ftcmetrics/ftcmetrics/realtime/pusher"
)

const external = "realtime server"

// External looks whether the realtime server elsewhere takes the app's id, key and secret.
func External(ctx context.Context, p *pusher.Publisher, address string) Finding {
	if address == "" {
		address = "Pusher Channels"
	}
	_, err := p.Ask(ctx, http.MethodGet, "/channels", nil, nil)
	var said *pusher.StatusError
	switch {
	case err == nil:
		return Good(external, "%s takes the app's key and secret", address)
	case errors.As(err, &said) && strings.Contains(strings.ToLower(said.Text), "timestamp"):
		return Bad(external, fmt.Sprintf("%s refuses the time of a request: %s", address, said.Text), "set the clocks of both machines by NTP")
	case errors.As(err, &said) && (said.Status == http.StatusUnauthorized || said.Status == http.StatusForbidden):
		return Bad(external, fmt.Sprintf("%s refuses the app's key or secret: %s", address, said.Text), "give REALTIME_APP_KEY and REALTIME_APP_SECRET the values that it has")
	case errors.As(err, &said) && said.Status == http.StatusNotFound:
		return Bad(external, fmt.Sprintf("%s does not know the app: %s", address, said.Text), "give REALTIME_APP_ID the value that it has, and SOKETI_HOST and SOKETI_PORT its address")
	case errors.As(err, &said):
		return Bad(external, fmt.Sprintf("%s answers %s", address, said.Error()), "see what its log says, and whether it is a realtime server at all")
	}
	if why, ok := unreachable(err, address); ok {
		return Bad(external, why, "start it, or correct SOKETI_HOST and SOKETI_PORT (REALTIME_HOST, REALTIME_PORT)")
	}
	return Bad(external, fmt.Sprintf("%s: %v", address, err), "see what its log says; REALTIME_TLS decides whether it is asked by https")
}
