package demo

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"slices"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// ErrForeign is returned for a database that the demo did not fill.
var ErrForeign = errors.New("this database holds other people's data; point DATABASE_URL or DATA_DIR elsewhere")

// world makes sure that the demo's people and teams exist. Whatever the newcomer has
// deleted since the last run is made again.
type world struct {
	file string // of the state
	api  *client
	o    Options
	*state
}

// open loads the world or makes it.
func (w *world) open(ctx context.Context) error {
	var err error
	if w.state, err = load(w.file); err != nil {
		return err
	}
	known := false
	if w.state != nil {
		if known, err = w.known(ctx); err != nil {
			return err
		}
	}
	if !known {
		if err := w.found(ctx); err != nil {
			return err
		}
	}
	if err := w.save(); err != nil {
		return err
	}
	for _, c := range w.Teams {
		if err := w.ensureTeam(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) save() error { return w.state.save(w.file) }

// known reports whether the server still knows the owner of the state.
func (w *world) known(ctx context.Context) (bool, error) {
	err := w.api.call(ctx, w.Owner.Token, http.MethodGet, "/api/me", nil, nil)
	if !refused(err, http.StatusUnauthorized) {
		return err == nil, err
	}
	in := map[string]string{"email": w.Owner.Email, "password": w.Owner.Password, "device": "demo"}
	var grant accounts.Grant
	err = w.api.call(ctx, "", http.MethodPost, "/api/sessions", in, &grant)
	if refused(err, http.StatusUnauthorized) {
		return false, nil
	}
	w.Owner.Token = grant.Token
	return err == nil, err
}

// found starts a new world on a database without users.
func (w *world) found(ctx context.Context) error {
	taken, err := w.o.HasUsers(ctx)
	if err != nil {
		return err
	}
	if taken {
		return ErrForeign
	}
	s := newState(w.o.Seed)
	s.Owner = login{Email: "owner@demo.invalid", Password: rand.Text()}
	grant, err := w.o.Accounts.CreateOwner(ctx, accounts.NewOwner{DisplayName: "Demo owner", Email: s.Owner.Email, Password: s.Owner.Password})
	if err != nil {
		return err
	}
	s.Owner.Token = grant.Token
	w.state = s
	return nil
}

// ensureTeam makes sure of the workspace and of everybody in it.
func (w *world) ensureTeam(ctx context.Context, c *crew) error {
	in, err := w.isIn(ctx, w.Owner.Token, c.ID)
	if err != nil {
		return err
	}
	if !in {
		var made teams.Team
		wish := map[string]any{"teamNumber": c.Number, "name": c.Name}
		if err := w.api.call(ctx, w.Owner.Token, http.MethodPost, "/api/user-teams", wish, &made); err != nil {
			return err
		}
		c.ID = made.ID
		for _, p := range c.Scouts {
			p.Outbox = nil // it was for the team that is gone
		}
		if err := w.save(); err != nil {
			return err
		}
	}
	if err := w.ensurePeople(ctx, c, teams.Mentor, c.Coach); err != nil {
		return err
	}
	return w.ensurePeople(ctx, c, teams.Student, c.Scouts...)
}

// ensurePeople lets those join by an invite code who are not in the team.
func (w *world) ensurePeople(ctx context.Context, c *crew, role teams.Role, people ...*person) error {
	var missing []*person
	for _, p := range people {
		in, err := w.isIn(ctx, p.Token, c.ID)
		if err != nil {
			return err
		}
		if !in {
			missing = append(missing, p)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	code, err := w.invite(ctx, w.Owner.Token, c.ID, role, len(missing))
	if err != nil {
		return err
	}
	for _, p := range missing {
		var joined teams.Joined
		hello := map[string]string{"code": code, "displayName": p.Name, "device": p.Device}
		if err := w.api.call(ctx, "", http.MethodPost, "/api/join", hello, &joined); err != nil {
			return err
		}
		p.Token = joined.Token
		if err := w.save(); err != nil {
			return err
		}
	}
	return nil
}

// invite makes an invite code that works for a day.
func (w *world) invite(ctx context.Context, token string, team uuid.UUID, role teams.Role, uses int) (string, error) {
	var made teams.Invite
	wish := map[string]any{"role": role, "maxUses": uses}
	err := w.api.call(ctx, token, http.MethodPost, "/api/user-teams/"+team.String()+"/invites", wish, &made)
	return made.Code, err
}

// isIn reports whether the token works and is of a member of the team.
func (w *world) isIn(ctx context.Context, token string, team uuid.UUID) (bool, error) {
	if token == "" {
		return false, nil
	}
	var list []teams.Team
	err := w.api.call(ctx, token, http.MethodGet, "/api/user-teams", nil, &list)
	if refused(err, http.StatusUnauthorized) {
		return false, nil
	}
	return slices.ContainsFunc(list, func(t teams.Team) bool { return t.ID == team }), err
}
