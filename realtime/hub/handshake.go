package hub

import (
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gobwas/ws"

	"github.com/ftcmetrics/ftcmetrics/realtime/protocol"
)

const handshakePatience = 5 * time.Second

// ServeSocket serves GET /app/{key}: it turns the request into a socket and returns. A
// request that is no client's of ours is refused before the upgrade; a client learns by
// an error frame and a close code why it is refused.
func (h *Hub) ServeSocket(w http.ResponseWriter, r *http.Request) {
	peer := h.peerOf(r)
	if !h.enter() {
		h.turnedAway(nil, peer, ErrStopped.Detail)
		turnAway(w, r)
		return
	}
	defer h.sockets.Done()
	a, refusal := h.appOf(r)
	if a != nil && !a.originAllowed(r.Header.Get("Origin")) {
		h.turnedAway(a, peer, "pages of the origin "+peer.origin.Value()+" may not connect")
		http.Error(w, "Pages of this origin may not connect to this app.", http.StatusForbidden)
		return
	}
	if !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		w.Header().Set("Upgrade", "websocket")
		http.Error(w, "This address is for WebSockets: connect with a Pusher client.", http.StatusUpgradeRequired)
		return
	}
	deflate, upgrader := deflateOffer(), ws.HTTPUpgrader{Timeout: handshakePatience}
	if !h.opts.NoCompression {
		upgrader.Negotiate = deflate.Negotiate
	}
	conn, rw, _, err := upgrader.Upgrade(r, w)
	if err != nil {
		if conn != nil {
			_ = conn.Close()
		}
		return
	}
	if refusal != 0 {
		h.turnedAway(a, peer, ending{refusal, refusal.Reason()}.String())
		refuse(conn, refusal)
		return
	}
	early, _ := rw.Peek(rw.Reader.Buffered())
	_, deflates := deflate.Accepted()
	h.open(a, conn, peer, early, deflates)
}

// turnAway ends a client's attempt while the hub stops. pusher-js comes back a second after
// the close code; after an HTTP error it would first wait for its time-out of 15 s.
func turnAway(w http.ResponseWriter, r *http.Request) {
	if !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		http.Error(w, ErrStopped.Detail, http.StatusServiceUnavailable)
		return
	}
	upgrader := ws.HTTPUpgrader{Timeout: handshakePatience}
	conn, _, _, err := upgrader.Upgrade(r, w)
	switch {
	case err == nil:
		refuse(conn, protocol.CloseStopping)
	case conn != nil:
		_ = conn.Close()
	}
}

// open makes a socket of a connection, whose peer has sent something early.
func (h *Hub) open(a *app, conn net.Conn, p peer, early []byte, deflates bool) {
	h.sockets.Add(1)
	s := h.newSocket(a, conn, p)
	s.deflates, s.frames.deflates = deflates, deflates
	if a.admit(s) {
		seconds := max(1, int(h.opts.ActivityTimeout/time.Second))
		s.deliver(nil, sealText(protocol.AppendEstablished(newFrame(160), s.id, seconds)))
		s.awaitPermission()
		h.log.Debug("socket opened", "app", a.ID, "socket", s.id)
		s.noteOpened()
	} else {
		h.turnedAway(a, p, ending{protocol.CloseOverQuota, protocol.CloseOverQuota.Reason()}.String())
		s.close(protocol.CloseOverQuota)
	}
	if len(early) > 0 && !s.receive(early) {
		s.end()
		return
	}
	s.wire.listen(s)
}

// enter counts a caller in, unless the hub is shutting down. The caller must call
// sockets.Done.
func (h *Hub) enter() bool {
	h.gate.RLock()
	defer h.gate.RUnlock()
	if h.state.Load() != ready {
		return false
	}
	h.sockets.Add(1)
	return true
}

// appOf returns the app that the request asks for, and the code that refuses the client
// if it has to be refused.
func (h *Hub) appOf(r *http.Request) (*app, protocol.CloseCode) {
	parts := strings.Split(strings.TrimSuffix(r.URL.Path, "/"), "/")
	if len(parts) < 2 || parts[len(parts)-2] != "app" {
		return nil, protocol.ClosePath
	}
	a := h.byKey[parts[len(parts)-1]]
	switch {
	case a == nil:
		return nil, protocol.CloseUnknownApp
	case a.Disabled:
		return a, protocol.CloseDisabled
	}
	if a.TLSOnly && !secure(r) {
		return a, protocol.CloseTLSOnly
	}
	return a, checkVersion(r)
}

// secure reports whether the client's connection is encrypted, here or in front of a proxy. A
// client that lies about it harms nobody but itself.
func secure(r *http.Request) bool {
	return r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https"
}

// checkVersion looks at the protocol parameter. A client without it is taken to speak ours.
func checkVersion(r *http.Request) protocol.CloseCode {
	query := r.URL.Query()
	if !query.Has("protocol") {
		return 0
	}
	text := query.Get("protocol")
	if text == "" {
		return protocol.CloseNoVersion
	}
	version, err := strconv.Atoi(text)
	switch {
	case err != nil:
		return protocol.CloseBadVersion
	case version < protocol.OldestVersion || version > protocol.NewestVersion:
		return protocol.CloseUnsupported
	}
	return 0
}

// refuse says why and closes. It waits a while for the peer's own close, because closing
// at once could take the reason from it.
func refuse(conn net.Conn, code protocol.CloseCode) {
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(closePatience))
	if _, err := conn.Write(closeFrames(code)); err != nil {
		return
	}
	var scratch [512]byte
	for {
		n, err := conn.Read(scratch[:])
		if err != nil || n > 0 && scratch[0]&0x0f == byte(ws.OpClose) {
			return
		}
	}
}
