// Package audit keeps the log of privileged actions: who did what, to whom, from where and
// in which request. A line is written in the transaction of what it tells of: neither is
// there without the other.
package audit

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// Action is what was done, as noun.verb.
type Action string

// The actions. docs/security.md says of each when it is written.
const (
	OperatorMade         Action = "operator.made"
	OperatorRemoved      Action = "operator.removed"
	ServiceMade          Action = "service.made"
	EventOperatorGranted Action = "event-operator.granted"
	EventOperatorRevoked Action = "event-operator.revoked"
	EventImported        Action = "event.imported"
	EventVenueSet        Action = "event.venue-set"
	MatchStarted         Action = "match.started"
	MatchAborted         Action = "match.aborted"
	ResultEntered        Action = "match.result-entered"
	TeamCreated          Action = "team.created"
	TeamChanged          Action = "team.changed"
	TeamHandedOver       Action = "team.handed-over"
	TeamDeleted          Action = "team.deleted"
	MemberJoined         Action = "member.joined"
	MemberRoleChanged    Action = "member.role-changed"
	MemberRemoved        Action = "member.removed"
	MemberLeft           Action = "member.left"
	InviteMade           Action = "invite.made"
	InviteRevoked        Action = "invite.revoked"
	TabletAdded          Action = "tablet.added"
	TabletPaired         Action = "tablet.paired"
	TabletRenamed        Action = "tablet.renamed"
	TabletRemoved        Action = "tablet.removed"
	DeviceRevoked        Action = "device.revoked"
	IdentityLinked       Action = "identity.linked"
	IdentityUnlinked     Action = "identity.unlinked"
	PasswordSet          Action = "password.set"
	TriesLockedOut       Action = "tries.locked-out"
	EntriesExported      Action = "entries.exported"
	NotesExported        Action = "notes.exported"
	PickListExported     Action = "pick-list.exported"
	EntriesImported      Action = "entries.imported"
	AssignmentsImported  Action = "assignments.imported"
	PickListDeleted      Action = "pick-list.deleted"
	HeldAccepted         Action = "quarantine.accepted"
	HeldDiscarded        Action = "quarantine.discarded"
	HeldRestored         Action = "quarantine.restored"
	PersonExported       Action = "person.exported"
	PersonErased         Action = "person.erased"
	BroadcastSent        Action = "broadcast.sent"
	DirectSent           Action = "direct.sent"
	ConnectionClosed     Action = "connection.closed"
	LettersReplayed      Action = "dead-letters.replayed"
	SinkForgotten        Action = "sink.forgotten"
	LogRenewed           Action = "log.renewed"
	TokenRevoked         Action = "token.revoked"
	LettersDropped       Action = "dead-letters.dropped"
	EventPolled          Action = "event.polled"
	UserDisabled         Action = "user.disabled"
	UserEnabled          Action = "user.enabled"
)

// Actions lists every action.
func Actions() []Action {
	return []Action{
		OperatorMade, OperatorRemoved, ServiceMade, TokenRevoked, EventOperatorGranted, EventOperatorRevoked, EventImported, EventVenueSet, MatchStarted, MatchAborted, ResultEntered,
		TeamCreated, TeamChanged, TeamHandedOver, TeamDeleted, MemberJoined, MemberRoleChanged, MemberRemoved, MemberLeft,
		InviteMade, InviteRevoked, TabletAdded, TabletPaired, TabletRenamed, TabletRemoved, DeviceRevoked, IdentityLinked, IdentityUnlinked, PasswordSet, TriesLockedOut,
		EntriesExported, NotesExported, PickListExported, EntriesImported, AssignmentsImported, PickListDeleted, HeldAccepted, HeldDiscarded, HeldRestored, PersonExported, PersonErased,
		BroadcastSent, DirectSent, ConnectionClosed, LettersReplayed, LettersDropped, SinkForgotten, LogRenewed,
		EventPolled, UserDisabled, UserEnabled,
	}
}

// By is who acts: a user and the kind of token they came with. The zero UserID is nobody
// who is known.
type By struct {
	UserID uuid.UUID
	Kind   string
	Token  uuid.UUID // the id of that token, where the line has to name it; zero where not
}

// Who acts where no token does.
const (
	KindCommand = "command" // whoever runs the program on its machine
	KindNobody  = "nobody"  // somebody who has not signed in
)

// Deed is what is done.
type Deed struct {
	Action  Action
	Team    uuid.UUID         // whose mentors may read of it; zero for none
	Subject uuid.UUID         // the person or shared tablet it is done to; zero for none
	Object  string            // what it is done to, where that is no user: an id or a code, never a name
	Detail  map[string]string // names nobody either
	Unseen  bool              // the address is not kept
}

// Origin is where a request comes from.
type Origin struct {
	Address   string
	RequestID string
}

type originKey struct{}

// From returns a context that says where its request comes from, for the lines that are
// written under it.
func From(ctx context.Context, o Origin) context.Context {
	return context.WithValue(ctx, originKey{}, o)
}

// Write has the batch's transaction write a line, after all that the change does.
func Write(batch *eventlog.Batch, by By, d Deed) {
	batch.Last(func(ctx context.Context, tx pgx.Tx) error { return appendLine(ctx, tx, by, d) })
}

// Note writes a line in a transaction of its own: for what changes nothing else.
func Note(ctx context.Context, log *eventlog.Log, by By, d Deed) error {
	return log.Write(ctx, func(_ pgx.Tx, batch *eventlog.Batch) error {
		Write(batch, by, d)
		return nil
	})
}

// appendLine must be the last in its transaction but the events: whoever writes the next
// line waits for its end.
func appendLine(ctx context.Context, tx pgx.Tx, by By, d Deed) error {
	origin, _ := ctx.Value(originKey{}).(Origin)
	if d.Unseen {
		origin.Address = ""
	}
	if by.Kind == "" {
		by.Kind = KindNobody
	}
	named := map[string]string{}
	maps.Copy(named, d.Detail)
	if by.Token != uuid.Nil {
		named["token"] = by.Token.String()
	}
	detail, err := json.Marshal(named)
	if err != nil {
		return err
	}
	q := queries.New(tx)
	users := slices.DeleteFunc([]uuid.UUID{by.UserID, d.Subject}, func(id uuid.UUID) bool { return id == uuid.Nil })
	if err := q.KeepUsers(ctx, users); err != nil {
		return err
	}
	if err := q.TakeAuditTurn(ctx); err != nil {
		return err
	}
	return q.AppendAudit(ctx, queries.AppendAuditParams{
		Action: string(d.Action), ActorID: known(by.UserID), Kind: by.Kind, Address: origin.Address, RequestID: origin.RequestID,
		TeamID: known(d.Team), SubjectID: known(d.Subject), Object: d.Object, Detail: detail,
	})
}

// known is nil for the zero id.
func known(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}
