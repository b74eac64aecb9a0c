package api

import (
	"regexp"
	"strings"

	"github.com/swaggest/openapi-go/openapi31"
)

// asyncDocument is the AsyncAPI document of the realtime events. It is made from the same
// schemas as the OpenAPI document's webhooks, so that the two cannot differ.
func asyncDocument(spec *openapi31.Spec, messages []message) map[string]any {
	schemas := make(map[string]bool)
	byName, channels, operations := map[string]any{}, map[string]any{}, map[string]any{}
	for _, m := range messages {
		id := identifier(m.Name)
		reach(m.payload, spec.ComponentsEns().Schemas, schemas)
		byName[id] = map[string]any{"name": m.Name, "title": m.Name, "summary": m.Doc, "payload": m.payload}
		for _, pattern := range m.Patterns {
			channel, ok := channels[identifier(pattern)].(map[string]any)
			if !ok {
				channel = asyncChannel(pattern)
				channels[identifier(pattern)] = channel
				operations["send_"+identifier(pattern)] = map[string]any{"action": "send", "channel": ref("channels", identifier(pattern))}
			}
			channel["messages"].(map[string]any)[id] = ref("components/messages", id)
		}
	}
	components := make(map[string]any)
	for name := range schemas {
		components[name] = spec.Components.Schemas[name]
	}
	return map[string]any{
		"asyncapi": "3.0.0",
		"info": map[string]any{
			"title": "FTC Metrics realtime events", "version": "1",
			"description": "What the server publishes to clients of the Pusher protocol. GET /api/realtime/config tells where to connect. Each event reaches a channel at least once, in order of seq; GET /api/channels/{channel}/events has what was missed.",
		},
		"defaultContentType": "application/json",
		"channels":           channels, "operations": operations,
		"components": map[string]any{"messages": byName, "schemas": components},
	}
}

var parameter = regexp.MustCompile(`\{(\w+)\}`)

// asyncChannel describes a channel pattern, as yet without messages.
func asyncChannel(pattern string) map[string]any {
	who := "Everybody may subscribe."
	if strings.HasPrefix(pattern, "private-") {
		who = "Subscriptions are authorized by POST /api/pusher/auth."
	}
	parameters := make(map[string]any)
	for _, m := range parameter.FindAllStringSubmatch(pattern, -1) {
		parameters[m[1]] = map[string]any{}
	}
	return map[string]any{"address": pattern, "description": who, "parameters": parameters, "messages": map[string]any{}}
}

func ref(place, id string) map[string]any { return map[string]any{"$ref": "#/" + place + "/" + id} }

// identifier turns a name into one that AsyncAPI takes as a key: team:member-left becomes
// team_member_left.
func identifier(name string) string {
	return strings.Join(strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune(":-{}", r) }), "_")
}
