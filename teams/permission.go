package teams

import (
	"context"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/queries"
)

// Action is something that a role allows or not.
type Action string

// The actions.
const (
	ReadTeam          Action = "read the team's name and number"
	ReadMembers       Action = "read who is in the team"
	JoinChannels      Action = "join the team's private and presence channels"
	Leave             Action = "leave the team"
	ReadEntries       Action = "read entries"
	CreateEntry       Action = "create an entry"
	EditEntry         Action = "change or delete an entry"
	ReadNotes         Action = "read notes"
	CreateNote        Action = "write a note"
	EditNote          Action = "change or delete a note"
	ReadPit           Action = "read pit reports"
	EditPit           Action = "write pit reports and add pictures"
	ReadAssignments   Action = "read assignments"
	EditAssignments   Action = "make and change assignments"
	ReadPickLists     Action = "read pick lists"
	EditPickLists     Action = "change pick lists"
	ReadAnalysis      Action = "read summaries, comparisons and deductions"
	ReadAccuracy      Action = "read how accurate scouts are"
	ResolveQuarantine Action = "decide about entries in quarantine"
	Export            Action = "export and import the team's data"
	InviteAndRemove   Action = "invite and remove students, friends and devices"
	GrantRoles        Action = "give and take every role"
	ChangeTeam        Action = "rename the team and set what it shares"
	ReadShared        Action = "read what other teams share at the FTC event, as one of this team"
	DeleteTeam        Action = "delete the team"
	ReadAudit         Action = "read who changed the team, its members and what it shares"
)

// Reach is how far an action goes.
type Reach int

// The reaches.
const (
	None Reach = iota // not at all
	Own               // what the member made or was given
	All               // everything of the team
)

// permissions is the one table of who may do what in a team. Roles that a row leaves out
// may not.
var permissions = map[Action]map[Role]Reach{
	ReadTeam:          {Mentor: All, Leader: All, Student: All, Friend: All, Device: All},
	ReadMembers:       {Mentor: All, Leader: All, Student: All, Friend: All},
	JoinChannels:      {Mentor: All, Leader: All, Student: All, Friend: All, Device: All}, // friends as long as the team lets them
	Leave:             {Mentor: All, Leader: All, Student: All, Friend: All},              // a device is revoked by who leads
	ReadEntries:       {Mentor: All, Leader: All, Student: All, Friend: All, Device: Own},
	CreateEntry:       {Mentor: All, Leader: All, Student: All, Device: All},
	EditEntry:         {Mentor: All, Leader: All, Student: Own, Device: Own},
	ReadNotes:         {Mentor: All, Leader: All, Student: All, Friend: All},
	CreateNote:        {Mentor: All, Leader: All, Student: All},
	EditNote:          {Mentor: All, Leader: All, Student: Own},
	ReadPit:           {Mentor: All, Leader: All, Student: All, Friend: All},
	EditPit:           {Mentor: All, Leader: All, Student: All},
	ReadAssignments:   {Mentor: All, Leader: All, Student: All, Friend: All, Device: Own},
	EditAssignments:   {Mentor: All, Leader: All},
	ReadPickLists:     {Mentor: All, Leader: All, Student: All},
	EditPickLists:     {Mentor: All, Leader: All},
	ReadAnalysis:      {Mentor: All, Leader: All, Student: All, Friend: All},
	ReadAccuracy:      {Mentor: All, Leader: All, Student: Own},
	ResolveQuarantine: {Mentor: All, Leader: All},
	Export:            {Mentor: All, Leader: All},
	InviteAndRemove:   {Mentor: All, Leader: All},
	GrantRoles:        {Mentor: All},
	ChangeTeam:        {Mentor: All},
	ReadShared:        {Mentor: All, Leader: All, Student: All, Friend: All},
	DeleteTeam:        {Mentor: All},
	ReadAudit:         {Mentor: All},
}

// led are the roles that whoever may invite and remove gives and takes; the others are for
// who may grant every role.
var led = []Role{Student, Friend, Device}

// Reach returns how far the action goes for the role.
func (r Role) Reach(a Action) Reach { return permissions[a][r] }

// May reports whether the role allows the action at all, at least on what is the member's own.
func (r Role) May(a Action) bool { return r.Reach(a) != None }

// RolesFor lists the roles that allow the action.
func RolesFor(a Action) []string {
	roles := make([]string, 0, len(permissions[a]))
	for role := range permissions[a] {
		roles = append(roles, string(role))
	}
	slices.Sort(roles)
	return roles
}

// mayGrant reports whether a member of this role may give or take the other role.
func (r Role) mayGrant(other Role) bool {
	return r.May(GrantRoles) || r.May(InviteAndRemove) && slices.Contains(led, other)
}

// grantable lists the roles that a member of this role may give, never nil.
func (r Role) grantable() []string {
	roles := []string{}
	for _, other := range []Role{Mentor, Leader, Student, Friend, Device} {
		if r.mayGrant(other) {
			roles = append(roles, string(other))
		}
	}
	return roles
}

// RoleForWrite returns the user's role in the team inside the caller's transaction and
// holds the membership until its end, or returns ErrNoTeam. A change that relies on the
// role then cannot be committed after the role has ended.
func RoleForWrite(ctx context.Context, tx pgx.Tx, userID, teamID uuid.UUID) (Role, error) {
	return roleForWrite(ctx, queries.New(tx), userID, teamID)
}
