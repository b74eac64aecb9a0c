package api

import (
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// longestCookie is how long browsers keep a cookie at most, by RFC 6265bis.
const longestCookie = 400 * 24 * time.Hour

type setupIn struct {
	Code        string `json:"code" validate:"required,max=100"`
	DisplayName string `json:"displayName" validate:"required,max=60"`
	Email       string `json:"email,omitempty" validate:"max=254"`
	Password    string `json:"password,omitempty" validate:"max=128"`
	Cookie      bool   `json:"cookie,omitempty" description:"also set the session cookie"`
}

type signInIn struct {
	Email    string `json:"email" validate:"required,max=254"`
	Password string `json:"password" validate:"required,max=1024"`
	Device   string `json:"device,omitempty" validate:"max=80"`
	Cookie   bool   `json:"cookie,omitempty" description:"also set the session cookie"`
}

type tokenIn struct {
	Token string `json:"token" validate:"required,max=200"`
}

type joinIn struct {
	Code        string `json:"code" validate:"required,max=100"`
	DisplayName string `json:"displayName" validate:"required,max=60"`
	Device      string `json:"device,omitempty" validate:"max=80" description:"a label for this tablet"`
	Cookie      bool   `json:"cookie,omitempty" description:"also set the session cookie"`
}

type renameIn struct {
	DisplayName string `json:"displayName" validate:"required,max=60"`
}

type deviceIn struct {
	ID string `path:"id" json:"-" validate:"uuid_rfc4122"`
}

func (s *server) accountRoutes() {
	const tag = "accounts"
	add(s, route[setupIn, accounts.Grant]{method: "POST", path: "/api/setup", tag: tag, status: 201, summary: "Create the first owner with the code from the server's log.",
		handle: func(r *http.Request, _ accounts.Actor, in setupIn) (reply[accounts.Grant], error) {
			var grant accounts.Grant
			err := s.guess(r, "set-up code", accounts.ErrSetupDone, func() (err error) {
				grant, err = s.o.Accounts.Setup(r.Context(), in.Code, accounts.NewOwner{DisplayName: in.DisplayName, Email: in.Email, Password: in.Password})
				return err
			})
			return withCookie(s, reply[accounts.Grant]{Data: grant}, grant, in.Cookie, err)
		}})
	add(s, route[signInIn, accounts.Grant]{method: "POST", path: "/api/sessions", tag: tag, status: 201, summary: "Sign in with e-mail address and password.",
		handle: func(r *http.Request, _ accounts.Actor, in signInIn) (reply[accounts.Grant], error) {
			var grant accounts.Grant
			err := s.guess(r, "password", accounts.ErrBadLogin, func() (err error) {
				grant, err = s.o.Accounts.SignIn(r.Context(), in.Email, in.Password, accounts.Device{Name: in.Device, Agent: r.UserAgent()})
				return err
			})
			if err == nil && in.Cookie {
				s.endEarlier(r, grant)
			}
			return withCookie(s, reply[accounts.Grant]{Data: grant}, grant, in.Cookie, err)
		}})
	add(s, route[tokenIn, accounts.Me]{method: "PUT", path: "/api/sessions/current", tag: tag, summary: "Sign this browser in with a token that was made elsewhere: the session cookie becomes it.",
		handle: func(r *http.Request, _ accounts.Actor, in tokenIn) (reply[accounts.Me], error) {
			var me accounts.Me
			err := s.guess(r, "token", accounts.ErrBadToken, func() error {
				actor, err := s.o.Accounts.Actor(r.Context(), in.Token)
				if err == nil {
					err = actor.NoProgram()
				}
				if err == nil {
					me, err = s.o.Accounts.Get(r.Context(), actor.UserID)
				}
				return err
			})
			grant := accounts.Grant{Token: in.Token, ExpiresAt: time.Now().Add(longestCookie)} // the token may end before
			return withCookie(s, reply[accounts.Me]{Data: me}, grant, true, err)
		}})
	add(s, route[nothing, nothing]{method: "DELETE", path: "/api/sessions/current", tag: tag, access: signedIn, summary: "Sign out: this token stops working.",
		handle: func(r *http.Request, actor accounts.Actor, _ nothing) (reply[nothing], error) {
			return reply[nothing]{Cookies: s.noCookie()}, s.o.Accounts.SignOut(r.Context(), actor, actor.TokenID)
		}})
	add(s, route[joinIn, teams.Joined]{method: "POST", path: "/api/join", tag: tag, status: 201, summary: "Join a team with an invite code, without an account.",
		handle: func(r *http.Request, _ accounts.Actor, in joinIn) (reply[teams.Joined], error) {
			var joined teams.Joined
			err := s.guess(r, "invite code", teams.ErrBadCode, func() (err error) {
				joined, err = s.o.Teams.JoinAs(r.Context(), in.Code, in.DisplayName, accounts.Device{Name: in.Device, Agent: r.UserAgent()})
				return err
			})
			return withCookie(s, reply[teams.Joined]{Data: joined}, joined.Grant, in.Cookie, err)
		}})
	s.meRoutes(tag)
}

func withCookie[T any](s *server, out reply[T], grant accounts.Grant, wanted bool, err error) (reply[T], error) {
	if err == nil && wanted {
		out.Cookies = s.sessionCookie(grant)
	}
	return out, err
}

func (s *server) meRoutes(tag string) {
	add(s, route[nothing, accounts.Me]{method: "GET", path: "/api/me", tag: tag, access: signedIn, summary: "Who I am.",
		handle: func(r *http.Request, actor accounts.Actor, _ nothing) (reply[accounts.Me], error) {
			me, err := s.o.Accounts.Get(r.Context(), actor.UserID)
			return reply[accounts.Me]{Data: me}, err
		}})
	add(s, route[renameIn, accounts.Me]{method: "PATCH", path: "/api/me", tag: tag, access: signedIn, summary: "Change my display name.",
		handle: func(r *http.Request, actor accounts.Actor, in renameIn) (reply[accounts.Me], error) {
			me, err := s.o.Accounts.Rename(r.Context(), actor, in.DisplayName)
			return reply[accounts.Me]{Data: me}, err
		}})
	add(s, route[nothing, nothing]{method: "DELETE", path: "/api/me", tag: tag, access: signedIn, summary: "Forget me: what I recorded stays under \"former member\".",
		handle: func(r *http.Request, actor accounts.Actor, _ nothing) (reply[nothing], error) {
			return reply[nothing]{Cookies: s.noCookie()}, s.o.Teams.Erase(r.Context(), actor)
		}})
	add(s, route[nothing, accounts.Export]{method: "GET", path: "/api/me/export", tag: tag, access: signedIn, summary: "Everything that the server holds of me.",
		handle: func(r *http.Request, actor accounts.Actor, _ nothing) (reply[accounts.Export], error) {
			export, err := s.o.Accounts.Export(r.Context(), actor)
			return reply[accounts.Export]{Data: export}, err
		}})
	s.passwordRoute(tag)
	s.sessionRoutes(tag)
}

type passwordIn struct {
	Current  string `json:"current,omitempty" validate:"max=1024" description:"for who has a password"`
	Password string `json:"password" validate:"required,max=128"`
	Email    string `json:"email,omitempty" validate:"max=254" description:"to sign in with, for who has none yet: one that a linked provider has verified; operators choose freely"`
}

func (s *server) passwordRoute(tag string) {
	add(s, route[passwordIn, accounts.Me]{method: "PUT", path: "/api/me/password", tag: tag, access: signedIn, summary: "Set or change my password; I am signed out everywhere else.",
		handle: func(r *http.Request, actor accounts.Actor, in passwordIn) (reply[accounts.Me], error) {
			var me accounts.Me
			err := s.guess(r, "password", accounts.ErrWrongPassword, func() (err error) {
				me, err = s.o.Accounts.SetPassword(r.Context(), actor, accounts.NewPassword{Current: in.Current, Password: in.Password, Email: in.Email})
				return err
			})
			return reply[accounts.Me]{Data: me}, err
		}})
}

func (s *server) sessionRoutes(tag string) {
	add(s, route[nothing, nothing]{method: "DELETE", path: "/api/me/sessions", tag: tag, access: signedIn, summary: "Sign me out everywhere else.",
		handle: func(r *http.Request, actor accounts.Actor, _ nothing) (reply[nothing], error) {
			return reply[nothing]{}, s.o.Accounts.SignOutElsewhere(r.Context(), actor)
		}})
	for _, path := range []string{"/api/me/sessions", "/api/me/devices"} {
		older := ""
		if path == "/api/me/devices" {
			older = " An older address of /api/me/sessions."
		}
		add(s, route[nothing, []accounts.Session]{method: "GET", path: path, tag: tag, access: signedIn, summary: "Where I am signed in." + older,
			handle: func(r *http.Request, actor accounts.Actor, _ nothing) (reply[[]accounts.Session], error) {
				list, err := s.o.Accounts.Sessions(r.Context(), actor)
				return reply[[]accounts.Session]{Data: list}, err
			}})
		add(s, route[deviceIn, nothing]{method: "DELETE", path: path + "/{id}", tag: tag, access: signedIn, summary: "Sign me out in one place; its sockets close." + older,
			handle: func(r *http.Request, actor accounts.Actor, in deviceIn) (reply[nothing], error) {
				return reply[nothing]{}, s.o.Accounts.SignOut(r.Context(), actor, uuid.MustParse(in.ID))
			}})
	}
}
