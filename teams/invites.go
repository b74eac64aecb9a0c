package teams

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"net/mail"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/audit"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

const (
	shortLived  = 24 * time.Hour      // an invite that ends within this gets a code that can be read out
	longLived   = 90 * 24 * time.Hour // no invite lives longer
	defaultUses = 25                  // a large team's scouts
	codeLetters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
	maxInvites  = 100 // open at a time
	shortCode   = 8   // 40 bits: enough for a day with tries limited
)

// Invite is an open invitation. Code is filled only in the answer that makes it.
type Invite struct {
	ID        uuid.UUID `json:"id"`
	Code      string    `json:"code,omitempty"`
	Hint      string    `json:"hint"`            // the code's first letters, to tell invites apart
	Email     string    `json:"email,omitempty"` // the one address that it is for; it then has no code
	Role      Role      `json:"role"`
	MaxUses   int       `json:"maxUses"`
	Uses      int       `json:"uses"`
	CreatedAt time.Time `json:"createdAt"`
	ExpiresAt time.Time `json:"expiresAt"`
}

// NewInvite says what an invite is for. Zero MaxUses means 25; zero ExpiresAt one day. With an
// Email it is for whoever a sign-in provider knows by that address, and for them alone.
type NewInvite struct {
	Email     string
	Role      Role
	MaxUses   int
	ExpiresAt time.Time
}

// Invite makes an invite. One for up to a day has a code of 8 letters; one that lives
// longer has 128 bits, for a link. Who invites must be allowed to give the role.
func (s *Service) Invite(ctx context.Context, actor accounts.Actor, teamID uuid.UUID, wish NewInvite) (Invite, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return Invite{}, err
	}
	var row queries.Invite
	var code string
	err = s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		q := queries.New(tx)
		own, err := roleForWrite(ctx, q, actor.UserID, teamID)
		if err != nil {
			return err
		}
		if !own.mayGrant(wish.Role) {
			return ErrRole
		}
		if wish.Role == Device {
			return ErrDeviceRole
		}
		if open, err := q.CountInvites(ctx, teamID); err != nil {
			return err
		} else if open >= maxInvites {
			return ErrFull
		}
		if wish, code, err = fix(ctx, q, wish); err != nil {
			return err
		}
		audit.Write(batch, actor.By(), audit.Deed{Action: audit.InviteMade, Team: teamID, Object: id.String(), Detail: map[string]string{
			"role": string(wish.Role), "maxUses": strconv.Itoa(wish.MaxUses), "expiresAt": wish.ExpiresAt.UTC().Format(time.RFC3339)}})
		row, err = q.InsertInvite(ctx, queries.InsertInviteParams{
			ID: id, TeamID: teamID, CodeHash: s.codeHash(code), Hint: code[:3], Role: string(wish.Role),
			MaxUses: int32(wish.MaxUses), CreatedBy: &actor.UserID, ExpiresAt: wish.ExpiresAt, Email: address(wish.Email),
		})
		return err
	})
	made := invite(row)
	if wish.Email == "" {
		made.Code = code
	}
	return made, err
}

// fix fills in what a wish leaves out and makes the code that goes with its end. Ends are held
// against the database's clock, as when the invite is used.
func fix(ctx context.Context, q *queries.Queries, wish NewInvite) (fixed NewInvite, code string, err error) {
	now, err := q.Clock(ctx)
	if err != nil {
		return wish, "", err
	}
	if wish.ExpiresAt.IsZero() {
		wish.ExpiresAt = now.Add(shortLived)
	}
	if !wish.ExpiresAt.After(now) || wish.ExpiresAt.After(now.Add(longLived)) {
		return wish, "", ErrInvite.At(fault.Field{Pointer: "/expiresAt", Detail: "An invite ends in the future, within 90 days."})
	}
	if wish.Email != "" {
		if address, err := mail.ParseAddress(wish.Email); err != nil || address.Address != wish.Email || len(wish.Email) > 254 {
			return wish, "", ErrInvite.At(fault.Field{Pointer: "/email", Detail: "This is no e-mail address."})
		}
		wish.MaxUses = 1
		return wish, rand.Text(), nil // for the hash's sake; nobody sees it
	}
	if wish.MaxUses == 0 {
		wish.MaxUses = defaultUses
	}
	if wish.ExpiresAt.Sub(now) <= shortLived {
		return wish, readable(), nil
	}
	return wish, rand.Text(), nil
}

// Invites lists the team's open invites, to those who may invite.
func (s *Service) Invites(ctx context.Context, actor accounts.Actor, teamID uuid.UUID) ([]Invite, error) {
	role, err := s.RoleOf(ctx, actor.UserID, teamID)
	if err != nil {
		return nil, err
	}
	if !role.May(InviteAndRemove) {
		return nil, ErrRole
	}
	rows, err := s.q.InvitesOf(ctx, teamID)
	list := make([]Invite, 0, len(rows))
	for _, row := range rows {
		list = append(list, invite(row))
	}
	return list, eventlog.Translate(err)
}

// RevokeInvite closes an invite.
func (s *Service) RevokeInvite(ctx context.Context, actor accounts.Actor, teamID, inviteID uuid.UUID) error {
	return s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		q := queries.New(tx)
		role, err := roleForWrite(ctx, q, actor.UserID, teamID)
		if err != nil {
			return err
		}
		if !role.May(InviteAndRemove) {
			return ErrRole
		}
		audit.Write(batch, actor.By(), audit.Deed{Action: audit.InviteRevoked, Team: teamID, Object: inviteID.String()})
		n, err := q.RevokeInvite(ctx, queries.RevokeInviteParams{ID: inviteID, TeamID: teamID})
		if err == nil && n == 0 {
			return ErrNoInvite
		}
		return err
	})
}

// Joined is what a newcomer gets: a token for this device, who they are, and their team.
type Joined struct {
	accounts.Grant
	Team Team `json:"team"`
}

// JoinAs makes a new user with a device token out of an invite code; no e-mail needed. The
// pairing code of a shared tablet signs in that tablet, under its own label.
func (s *Service) JoinAs(ctx context.Context, code, displayName string, device accounts.Device) (Joined, error) {
	var joined Joined
	err := s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		used, err := s.use(ctx, queries.New(tx), code)
		if err != nil {
			return err
		}
		if used.DeviceID != nil {
			joined, err = s.pair(ctx, tx, batch, used, device.Agent)
			return err
		}
		user, err := accounts.Create(ctx, tx, displayName)
		if err != nil {
			return err
		}
		if joined.Grant, err = accounts.Issue(ctx, tx, user, accounts.KindDevice, device); err != nil {
			return err
		}
		audit.Write(batch, audit.By{UserID: user.ID, Kind: string(accounts.KindDevice)}, joining(used, user.ID))
		joined.Team, err = s.enter(ctx, tx, batch, used, user)
		return err
	})
	return joined, err
}

// Join lets a signed-in user into the team of an invite code.
func (s *Service) Join(ctx context.Context, actor accounts.Actor, code string) (Team, error) {
	if err := actor.Person(); err != nil {
		return Team{}, err
	}
	var entered Team
	err := s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		used, err := s.use(ctx, queries.New(tx), code)
		if err != nil {
			return err
		}
		if used.DeviceID != nil {
			return ErrBadCode // a person does not become a tablet
		}
		audit.Write(batch, actor.By(), joining(used, actor.UserID))
		entered, err = s.enter(ctx, tx, batch, used, accounts.User{ID: actor.UserID, DisplayName: actor.DisplayName})
		return err
	})
	return entered, err
}

// joining is what the audit log says of who came by an invite.
func joining(used queries.Invite, userID uuid.UUID) audit.Deed {
	return audit.Deed{Action: audit.MemberJoined, Team: used.TeamID, Subject: userID, Object: used.ID.String(), Detail: map[string]string{"role": used.Role}}
}

// use counts one use of the code by a single UPDATE that checks and adds, so that parallel
// joins never exceed the invite's uses.
func (s *Service) use(ctx context.Context, q *queries.Queries, code string) (queries.Invite, error) {
	used, err := q.UseInvite(ctx, s.codeHash(code))
	if errors.Is(err, pgx.ErrNoRows) {
		return queries.Invite{}, ErrBadCode
	}
	return used, err
}

func (s *Service) enter(ctx context.Context, tx pgx.Tx, batch *eventlog.Batch, used queries.Invite, user accounts.User) (Team, error) {
	q := queries.New(tx)
	if err := s.admit(ctx, q, batch, used.TeamID, user, Role(used.Role)); err != nil {
		return Team{}, err
	}
	row, err := q.Team(ctx, used.TeamID)
	return team(row, Role(used.Role)), err
}

// codeHash is what the database keeps of a code. Codes are short, so they are stored under
// a key that the database does not have.
func (s *Service) codeHash(code string) []byte {
	code = strings.ToUpper(strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, code))
	mac := hmac.New(sha256.New, s.codeKey)
	mac.Write([]byte(code))
	return mac.Sum(nil)
}

// readable returns a code of letters and digits that nobody confuses.
func readable() string {
	raw := make([]byte, shortCode)
	_, _ = rand.Read(raw) // never fails since Go 1.24
	for i, b := range raw {
		raw[i] = codeLetters[int(b)%len(codeLetters)] // 32 letters: no bias
	}
	return string(raw)
}

// address is nil for none.
func address(email string) *string {
	if email == "" {
		return nil
	}
	return &email
}

func invite(row queries.Invite) Invite {
	made := Invite{ID: row.ID, Hint: row.Hint, Role: Role(row.Role), MaxUses: int(row.MaxUses), Uses: int(row.Uses), CreatedAt: row.CreatedAt, ExpiresAt: row.ExpiresAt}
	if row.Email != nil {
		made.Email, made.Hint = *row.Email, ""
	}
	return made
}
