package teams

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/audit"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// ErrTransfer is the answer to handing a team over in a way that cannot be.
var ErrTransfer = fault.New(fault.Invalid, "bad-transfer", "A team is handed over to another member, whom you know to be an adult.")

// Transfer says who is to be mentor and what becomes of the one who hands over.
type Transfer struct {
	To    uuid.UUID
	Adult bool // the mentor's word that the other is an adult; no ages are kept
	Leave bool // leave the team
	Then  Role // the mentor's own role afterwards; "" stays mentor
}

// detail says what becomes of who hands over.
func (t Transfer) detail(own Role) map[string]string {
	then := string(own)
	if t.Then != "" {
		then = string(t.Then)
	}
	if t.Leave {
		then = "LEAVE"
	}
	return map[string]string{"then": then}
}

// HandOver makes another member a mentor and, if wished, ends the actor's own part as one,
// both or neither. It returns the new mentor.
func (s *Service) HandOver(ctx context.Context, actor accounts.Actor, teamID uuid.UUID, t Transfer) (Member, error) {
	if t.To == actor.UserID || !t.Adult {
		return Member{}, ErrTransfer
	}
	var heir Member
	err := s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		q := queries.New(tx)
		role, err := s.lockFor(ctx, q, actor, teamID)
		if err != nil {
			return err
		}
		if !role.May(GrantRoles) {
			return ErrRole
		}
		if heir, err = memberOf(ctx, q, teamID, t.To); err != nil {
			return err
		}
		if heir.Role != Mentor {
			if heir, err = become(ctx, q, batch, teamID, heir, Mentor); err != nil {
				return err
			}
		}
		audit.Write(batch, actor.By(), audit.Deed{Action: audit.TeamHandedOver, Team: teamID, Subject: t.To, Detail: t.detail(role)})
		own, err := memberOf(ctx, q, teamID, actor.UserID)
		switch {
		case err != nil:
			return err
		case t.Leave:
			return end(ctx, q, batch, teamID, own, false)
		case t.Then != "" && t.Then != own.Role:
			_, err = become(ctx, q, batch, teamID, own, t.Then)
		}
		return err
	})
	return heir, err
}
