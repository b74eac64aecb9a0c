package teams

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/audit"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// The errors of shared tablets.
var (
	ErrNoDevice   = fault.New(fault.NotFound, "no-such-tablet", "There is no such shared tablet in this team.")
	ErrLabel      = fault.New(fault.Invalid, "bad-label", "A tablet's label has 1 to 60 characters that can be written.")
	ErrDeviceRole = fault.New(fault.Conflict, "device-role", "A shared tablet has a role of its own: it gets no other, and no person gets it.")
)

const maxDevices = 50 // at a time

// SharedDevice is a tablet that the team's scouts pass around. It records under its label;
// who held it is not known.
type SharedDevice struct {
	ID         uuid.UUID  `json:"id"` // a member's userId
	Label      string     `json:"label"`
	CreatedAt  time.Time  `json:"createdAt"`
	SignedIn   bool       `json:"signedIn"`             // it has a token that works
	LastUsedAt *time.Time `json:"lastUsedAt,omitempty"` // of that token
	ExpiresAt  *time.Time `json:"expiresAt,omitempty"`  // of that token
}

// Pairing is a new tablet with the two ways to sign it in, both shown this once: the token,
// for who sets it up by hand, and a code that the tablet sends to POST /api/join, which
// replaces the token.
type Pairing struct {
	SharedDevice
	Token         string    `json:"token"`
	Code          string    `json:"code"`
	CodeExpiresAt time.Time `json:"codeExpiresAt"`
}

// AddDevice makes a shared tablet for the team. Without a label it is "Tablet 3" or so.
func (s *Service) AddDevice(ctx context.Context, actor accounts.Actor, teamID uuid.UUID, label string) (Pairing, error) {
	return s.addDevice(ctx, actor.By(), teamID, label, func(q *queries.Queries) error { return s.lockToLead(ctx, q, actor, teamID) })
}

// AddDeviceUnasked is AddDevice for who runs the program on its machine.
func (s *Service) AddDeviceUnasked(ctx context.Context, teamID uuid.UUID, label string) (Pairing, error) {
	return s.addDevice(ctx, audit.By{Kind: audit.KindCommand}, teamID, label, func(q *queries.Queries) error {
		_, err := q.LockTeam(ctx, teamID)
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrNoTeam
		}
		return err
	})
}

// addDevice makes a tablet once lock has the team.
func (s *Service) addDevice(ctx context.Context, by audit.By, teamID uuid.UUID, label string, lock func(*queries.Queries) error) (Pairing, error) {
	var made Pairing
	err := s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		q := queries.New(tx)
		if err := lock(q); err != nil {
			return err
		}
		count, err := q.CountDevices(ctx, &teamID)
		if err != nil {
			return err
		}
		if count.Open >= maxDevices {
			return ErrFull
		}
		if label == "" {
			label = fmt.Sprintf("Tablet %d", count.Ever+1)
		}
		if label, err = cleanLabel(label); err != nil {
			return err
		}
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		if _, err := q.InsertDevice(ctx, queries.InsertDeviceParams{ID: id, Label: label, TeamID: &teamID}); err != nil {
			return err
		}
		user := accounts.User{ID: id, DisplayName: label}
		audit.Write(batch, by, audit.Deed{Action: audit.TabletAdded, Team: teamID, Subject: id})
		if err := s.admit(ctx, q, batch, teamID, user, Device); err != nil {
			return err
		}
		made, err = s.openPairing(ctx, tx, by, teamID, user)
		return err
	})
	return made, err
}

// PairAgain signs the tablet out, wherever its token is, and opens a new pairing for it: for
// a tablet that was reset or whose token expired, and keeps its own entries.
func (s *Service) PairAgain(ctx context.Context, actor accounts.Actor, teamID, deviceID uuid.UUID) (Pairing, error) {
	var made Pairing
	err := s.changeDevice(ctx, actor, teamID, deviceID, func(tx pgx.Tx, q *queries.Queries, batch *eventlog.Batch, device Member) error {
		if err := signOutDevice(ctx, q, batch, deviceID); err != nil {
			return err
		}
		audit.Write(batch, actor.By(), audit.Deed{Action: audit.TabletPaired, Team: teamID, Subject: deviceID})
		var err error
		made, err = s.openPairing(ctx, tx, actor.By(), teamID, accounts.User{ID: deviceID, DisplayName: device.DisplayName})
		made.CreatedAt = device.JoinedAt
		return err
	})
	return made, err
}

// openPairing makes a token and a pairing code for the device.
func (s *Service) openPairing(ctx context.Context, tx pgx.Tx, by audit.By, teamID uuid.UUID, device accounts.User) (Pairing, error) {
	grant, err := accounts.Issue(ctx, tx, device, accounts.KindDevice, accounts.Device{Name: device.DisplayName})
	if err != nil {
		return Pairing{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Pairing{}, err
	}
	q, code := queries.New(tx), readable()
	now, err := q.Clock(ctx)
	if err != nil {
		return Pairing{}, err
	}
	var madeBy *uuid.UUID
	if by.UserID != uuid.Nil {
		madeBy = &by.UserID
	}
	row, err := q.InsertInvite(ctx, queries.InsertInviteParams{
		ID: id, TeamID: teamID, CodeHash: s.codeHash(code), Hint: code[:3], Role: string(Device), MaxUses: 1,
		CreatedBy: madeBy, ExpiresAt: now.Add(shortLived), DeviceID: &device.ID,
	})
	return Pairing{
		SharedDevice: SharedDevice{ID: device.ID, Label: device.DisplayName, CreatedAt: now, SignedIn: true, LastUsedAt: &now, ExpiresAt: &grant.ExpiresAt},
		Token:        grant.Token, Code: code, CodeExpiresAt: row.ExpiresAt,
	}, err
}

// pair signs in the tablet of a pairing code. Its earlier tokens stop working: it is one tablet.
func (s *Service) pair(ctx context.Context, tx pgx.Tx, batch *eventlog.Batch, used queries.Invite, agent string) (Joined, error) {
	q := queries.New(tx)
	device, err := q.Device(ctx, queries.DeviceParams{ID: *used.DeviceID, TeamID: &used.TeamID})
	if err != nil {
		return Joined{}, err
	}
	if err := signOutDevice(ctx, q, batch, device.ID); err != nil {
		return Joined{}, err
	}
	audit.Write(batch, audit.By{UserID: device.ID, Kind: string(accounts.KindDevice)},
		audit.Deed{Action: audit.TabletPaired, Team: used.TeamID, Subject: device.ID, Object: used.ID.String()})
	var joined Joined
	joined.Grant, err = accounts.Issue(ctx, tx, accounts.User{ID: device.ID, DisplayName: device.DisplayName}, accounts.KindDevice, accounts.Device{Name: device.DisplayName, Agent: agent})
	if err != nil {
		return Joined{}, err
	}
	row, err := q.Team(ctx, used.TeamID)
	joined.Team = team(row, Device)
	return joined, err
}

// SharedDevices lists the team's tablets.
func (s *Service) SharedDevices(ctx context.Context, actor accounts.Actor, teamID uuid.UUID) ([]SharedDevice, error) {
	role, err := s.RoleOf(ctx, actor.UserID, teamID)
	if err != nil {
		return nil, err
	}
	if !role.May(InviteAndRemove) {
		return nil, ErrRole
	}
	rows, err := s.q.Devices(ctx, teamID)
	list := make([]SharedDevice, 0, len(rows))
	for _, row := range rows {
		device := SharedDevice{ID: row.UserID, Label: row.DisplayName, CreatedAt: row.JoinedAt, SignedIn: row.SignedIn}
		if row.SignedIn {
			device.LastUsedAt, device.ExpiresAt = &row.LastUsedAt, &row.ExpiresAt
		}
		list = append(list, device)
	}
	return list, eventlog.Translate(err)
}

// RenameDevice gives the tablet another label, under which its entries stand from then on.
func (s *Service) RenameDevice(ctx context.Context, actor accounts.Actor, teamID, deviceID uuid.UUID, label string) (Member, error) {
	label, err := cleanLabel(label)
	if err != nil {
		return Member{}, err
	}
	var changed Member
	err = s.changeDevice(ctx, actor, teamID, deviceID, func(_ pgx.Tx, q *queries.Queries, batch *eventlog.Batch, device Member) error {
		if _, err := q.RenameUser(ctx, queries.RenameUserParams{ID: deviceID, DisplayName: label}); err != nil {
			return err
		}
		if err := q.NameTokensOf(ctx, queries.NameTokensOfParams{UserID: deviceID, Name: label}); err != nil {
			return err
		}
		audit.Write(batch, actor.By(), audit.Deed{Action: audit.TabletRenamed, Team: teamID, Subject: deviceID})
		device.DisplayName = label
		changed = device
		return batch.Add(MemberChanged.On(MemberJoinedPayload{TeamID: teamID, Member: device}, PrivateChannel(teamID)))
	})
	return changed, err
}

// RemoveDevice takes the tablet away: its membership and its token end and its sockets
// close. What was recorded on it stays under its label.
func (s *Service) RemoveDevice(ctx context.Context, actor accounts.Actor, teamID, deviceID uuid.UUID) error {
	return s.changeDevice(ctx, actor, teamID, deviceID, func(_ pgx.Tx, q *queries.Queries, batch *eventlog.Batch, device Member) error {
		audit.Write(batch, actor.By(), removal(teamID, device))
		return end(ctx, q, batch, teamID, device, true)
	})
}

// changeDevice runs change on a tablet of the team, with the team locked.
func (s *Service) changeDevice(ctx context.Context, actor accounts.Actor, teamID, deviceID uuid.UUID,
	change func(tx pgx.Tx, q *queries.Queries, batch *eventlog.Batch, device Member) error) error {
	return s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		q := queries.New(tx)
		if err := s.lockToLead(ctx, q, actor, teamID); err != nil {
			return err
		}
		device, err := memberOf(ctx, q, teamID, deviceID)
		if errors.Is(err, ErrNoMember) || err == nil && device.Role != Device {
			return ErrNoDevice
		}
		if err != nil {
			return err
		}
		return change(tx, q, batch, device)
	})
}

// lockToLead locks the team for an actor who may bring and take tablets.
func (s *Service) lockToLead(ctx context.Context, q *queries.Queries, actor accounts.Actor, teamID uuid.UUID) error {
	role, err := s.lockFor(ctx, q, actor, teamID)
	if err == nil && !role.May(InviteAndRemove) {
		return ErrRole
	}
	return err
}

// signOutDevice ends every pairing code, token and socket of the tablet. The codes go first:
// whoever is using one is waited for, and then has a token that ends here too.
func signOutDevice(ctx context.Context, q *queries.Queries, batch *eventlog.Batch, deviceID uuid.UUID) error {
	if err := q.RevokePairing(ctx, &deviceID); err != nil {
		return err
	}
	if err := q.RevokeTokensOf(ctx, deviceID); err != nil {
		return err
	}
	return batch.Revoke(realtime.Revocation{UserID: deviceID.String()})
}

func cleanLabel(label string) (string, error) {
	clean, err := accounts.CleanName(label)
	if err != nil {
		return "", ErrLabel.At(fault.Field{Pointer: "/label", Detail: ErrLabel.Detail})
	}
	return clean, nil
}
