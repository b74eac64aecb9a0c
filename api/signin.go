package api

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"
	"github.com/swaggest/openapi-go"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/accounts/provider"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

type authStartIn struct {
	Provider string `path:"provider" json:"-" validate:"max=40"`
	To       string `query:"to" json:"-" validate:"max=500" description:"path of the page to go on with"`
	Code     string `query:"code" json:"-" validate:"max=100" description:"invite code of somebody new"`
	Moved    int    `query:"moved" json:"-" validate:"min=0,max=1" description:"the browser was sent to the server's public name already"`
}

// authAnswerIn is read from the query as it came, because a parameter may come twice.
type authAnswerIn struct {
	Provider string `path:"provider" json:"-" validate:"max=40"`
}

type identityIn struct {
	ID string `path:"id" json:"-" validate:"uuid_rfc4122"`
}

type linkIn struct {
	Provider string `json:"provider" validate:"required,max=40"`
}

// linkStart is where to send the browser next.
type linkStart struct {
	URL string `json:"url"`
}

func (s *server) signInRoutes() {
	const tag = "accounts"
	add(s, route[nothing, []provider.Info]{method: "GET", path: "/api/auth/providers", tag: tag, summary: "The providers that one may sign in with here.",
		handle: func(*http.Request, accounts.Actor, nothing) (reply[[]provider.Info], error) {
			return reply[[]provider.Info]{Data: s.o.Providers.List()}, nil
		}})
	elsewhere := func(oc openapi.OperationContext) {
		oc.AddRespStructure(nil, openapi.WithHTTPStatus(http.StatusSeeOther))
	}
	addRaw(s, rawRoute[authStartIn]{method: "GET", path: "/api/auth/{provider}/start", tag: tag, describe: elsewhere, handle: s.startSignIn,
		summary: "Send this browser to a sign-in provider. Somebody new needs an invite: a code, or one for their e-mail address."})
	addRaw(s, rawRoute[authAnswerIn]{method: "GET", path: "/api/auth/{provider}/callback", tag: tag, describe: elsewhere, handle: s.finishSignIn,
		summary: "Where a provider sends the browser back to. It gets the session cookie and goes on to the app, which says what went wrong."})
	add(s, route[nothing, []accounts.LinkedIdentity]{method: "GET", path: "/api/me/identities", tag: tag, access: signedIn, summary: "The providers that I may sign in with.",
		handle: func(r *http.Request, actor accounts.Actor, _ nothing) (reply[[]accounts.LinkedIdentity], error) {
			list, err := s.o.Accounts.Identities(r.Context(), actor)
			return reply[[]accounts.LinkedIdentity]{Data: list}, err
		}})
	add(s, route[linkIn, linkStart]{method: "POST", path: "/api/me/identities", tag: tag, access: signedIn, status: 201,
		summary: "Begin to link a provider: send the browser to the address that comes back.",
		handle: func(r *http.Request, actor accounts.Actor, in linkIn) (reply[linkStart], error) {
			if err := actor.Person(); err != nil {
				return reply[linkStart]{}, err
			}
			address, sealed, err := s.o.Providers.Begin(r.Context(), in.Provider, provider.Wish{To: "/me", Link: actor.UserID})
			if err != nil {
				return reply[linkStart]{}, err
			}
			return reply[linkStart]{Data: linkStart{URL: address}, Cookies: s.attemptCookie(sealed)}, nil
		}})
	add(s, route[identityIn, nothing]{method: "DELETE", path: "/api/me/identities/{id}", tag: tag, access: signedIn, summary: "Unlink a provider, unless it is my last way to sign in.",
		handle: func(r *http.Request, actor accounts.Actor, in identityIn) (reply[nothing], error) {
			return reply[nothing]{}, s.o.Accounts.Unlink(r.Context(), actor, uuid.MustParse(in.ID), s.o.Providers.Issuers())
		}})
}

// startSignIn sends the browser to the provider. A browser that came by another name of this
// server goes to the one that the provider sends it back to: cookies stay with their host. It
// goes once: a proxy may give every request another name.
func (s *server) startSignIn(w http.ResponseWriter, r *http.Request, _ accounts.Actor, in authStartIn) error {
	if base, err := url.Parse(s.o.Providers.Base()); err == nil && base.Host != "" && base.Host != r.Host && in.Moved == 0 {
		query := r.URL.Query()
		query.Set("moved", "1")
		w.Header().Set("Cache-Control", "no-store")
		http.Redirect(w, r, s.o.Providers.Base()+r.URL.EscapedPath()+"?"+query.Encode(), http.StatusSeeOther)
		return nil
	}
	wish := provider.Wish{To: in.To, Code: strings.TrimSpace(in.Code)}
	address, sealed, err := s.o.Providers.Begin(r.Context(), in.Provider, wish)
	switch {
	case errors.Is(err, provider.ErrNoProvider):
		return err
	case err != nil:
		s.goOn(w, r, in.Provider, provider.Wish{To: provider.Path(in.To)}, err)
		return nil
	}
	http.SetCookie(w, s.attemptCookie(sealed))
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, address, http.StatusSeeOther)
	return nil
}

// finishSignIn takes the provider's answer.
func (s *server) finishSignIn(w http.ResponseWriter, r *http.Request, _ accounts.Actor, in authAnswerIn) error {
	sealed := ""
	if cookie, err := r.Cookie(s.attemptName()); err == nil {
		sealed = cookie.Value
	}
	who, wish, err := s.o.Providers.Finish(r.Context(), in.Provider, sealed, r.URL.Query())
	if errors.Is(err, provider.ErrNoProvider) {
		return err
	}
	http.SetCookie(w, s.noAttempt()) // it is good for one answer
	switch {
	case err != nil:
	case wish.Link != uuid.Nil:
		err = s.link(r, who, wish)
	default:
		var grant accounts.Grant
		err = s.guess(r, "invite code", teams.ErrBadCode, func() (err error) {
			grant, err = s.o.Teams.SignInAs(r.Context(), who, wish.Code, accounts.Device{Agent: r.UserAgent()})
			return err
		})
		if err == nil {
			s.endEarlier(r, grant)
			http.SetCookie(w, s.sessionCookie(grant))
		}
	}
	s.goOn(w, r, in.Provider, wish, err)
	return nil
}

// link adds the identity to whoever began the attempt, if they are still here.
func (s *server) link(r *http.Request, who accounts.Identity, wish provider.Wish) error {
	actor, err := s.actor(r)
	if err != nil {
		return err
	}
	if actor.UserID != wish.Link {
		return provider.ErrExpired
	}
	return s.o.Accounts.Link(r.Context(), actor, who)
}

// goOn sends the browser to the app with what came of a sign-in; it has the words for people.
func (s *server) goOn(w http.ResponseWriter, r *http.Request, name string, wish provider.Wish, err error) {
	page, told := "/sign-in", url.Values{"with": {name}}
	switch {
	case wish.Link != uuid.Nil:
		page = "/me"
	case wish.To != "":
		told.Set("to", wish.To)
	}
	if err != nil {
		e := fault.From(err)
		told.Set("failed", e.Code)
		level := slog.LevelInfo
		if e.Kind == fault.Internal || e.Kind == fault.Unavailable {
			level = slog.LevelError
		}
		s.logger.Log(r.Context(), level, "sign-in failed", slog.String("provider", name), slog.String("code", e.Code), slog.String("error", err.Error()))
	} else {
		told.Set("done", "1")
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, page+"?"+told.Encode(), http.StatusSeeOther)
}

// endEarlier ends the session that this browser had as the same person: a new sign-in
// replaces it.
func (s *server) endEarlier(r *http.Request, grant accounts.Grant) {
	earlier, err := s.actor(r)
	if err != nil || earlier.TokenID == uuid.Nil || earlier.UserID != grant.User.ID {
		return
	}
	if err := s.o.Accounts.SignOut(r.Context(), earlier, earlier.TokenID); err != nil && !errors.Is(err, accounts.ErrNoDevice) {
		s.logger.ErrorContext(r.Context(), "an earlier session stays", slog.String("error", err.Error()))
	}
}

// attemptName has the __Host- prefix where cookies are Secure, as the session's.
func (s *server) attemptName() string {
	if s.o.Production {
		return "__Host-ftc_attempt"
	}
	return "ftc_attempt"
}

// attemptCookie keeps a sign-in in the browser that began it. Lax, because the provider's
// page sends the browser back.
func (s *server) attemptCookie(sealed string) *http.Cookie {
	return &http.Cookie{
		Name: s.attemptName(), Value: sealed, Path: "/", MaxAge: int(provider.Patience.Seconds()),
		HttpOnly: true, Secure: s.o.Production, SameSite: http.SameSiteLaxMode,
	}
}

func (s *server) noAttempt() *http.Cookie {
	return &http.Cookie{Name: s.attemptName(), Path: "/", MaxAge: -1, HttpOnly: true, Secure: s.o.Production, SameSite: http.SameSiteLaxMode}
}
