package otlp

import (
	"cmp"
	"encoding/hex"
	"slices"
	"strconv"
)

// The shapes of OTLP's JSON: names in camel case, ids in hex, 64-bit numbers as texts.
type (
	span struct {
		TraceID    string      `json:"traceId"`
		SpanID     string      `json:"spanId"`
		ParentID   string      `json:"parentSpanId,omitempty"`
		Name       string      `json:"name"`
		Kind       Kind        `json:"kind"`
		Start      string      `json:"startTimeUnixNano"`
		End        string      `json:"endTimeUnixNano"`
		Attributes []attribute `json:"attributes,omitempty"`
		Status     status      `json:"status"`
	}
	attribute struct {
		Key   string `json:"key"`
		Value value  `json:"value"`
	}
	value struct {
		String string `json:"stringValue"`
	}
	status struct {
		Code    int    `json:"code,omitempty"`
		Message string `json:"message,omitempty"`
	}
	scoped struct {
		Scope scope  `json:"scope"`
		Spans []span `json:"spans"`
	}
	scope struct {
		Name string `json:"name"`
	}
	resource struct {
		Attributes []attribute `json:"attributes"`
	}
	ofResource struct {
		Resource resource `json:"resource"`
		Scopes   []scoped `json:"scopeSpans"`
	}
	export struct {
		Resources []ofResource `json:"resourceSpans"`
	}
)

const failed = 2 // a status' code

func newSpan(at Trace, w Work) span {
	s := span{
		TraceID: hex.EncodeToString(at.trace[:]), SpanID: hex.EncodeToString(at.span[:]), Name: w.Name, Kind: w.Kind,
		Start: strconv.FormatInt(w.Began.UnixNano(), 10), End: strconv.FormatInt(w.Ended.UnixNano(), 10),
	}
	if at.parent != [8]byte{} {
		s.ParentID = hex.EncodeToString(at.parent[:])
	}
	for key, text := range w.Attributes {
		if text != "" {
			s.Attributes = append(s.Attributes, attribute{key, value{text}})
		}
	}
	slices.SortFunc(s.Attributes, func(a, b attribute) int { return cmp.Compare(a.Key, b.Key) })
	if w.Failed != "" {
		s.Status = status{failed, w.Failed}
	}
	return s
}

func request(service, version string, spans []span) export {
	named := resource{[]attribute{{"service.name", value{service}}, {"service.version", value{version}}}}
	return export{[]ofResource{{named, []scoped{{scope{"github.com/ftcmetrics/ftcmetrics"}, spans}}}}}
}
