package teams

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// The errors of channel authorization.
var (
	ErrChannelDenied = fault.New(fault.Forbidden, "channel-denied", "You may not join this channel.")
	ErrPublicChannel = fault.New(fault.Malformed, "public-channel", "Only private and presence channels need authorization.")
)

// memberInfo is what a presence channel shows of a member: nothing that finds a minor.
type memberInfo struct {
	Name        string `json:"name"` // the same as displayName, for front ends of the original
	DisplayName string `json:"displayName"`
	Role        Role   `json:"role,omitempty"`
	DeviceLabel string `json:"deviceLabel,omitempty"`
}

// AuthorizeChannel decides whether the actor may join the channel and returns the
// channel_data to sign. Private channels carry it too: by it the hub knows whose
// subscription to end when a membership does.
func (s *Service) AuthorizeChannel(ctx context.Context, actor accounts.Actor, channel realtime.Channel) (string, error) {
	if !channel.Private() {
		return "", ErrPublicChannel
	}
	member := realtime.Member{UserID: actor.UserID.String(), Session: actor.TokenID.String()}
	name := string(channel)
	switch {
	case hasTeam(name):
		teamID, ok := teamOf(name)
		if !ok {
			return "", ErrChannelDenied
		}
		role, err := s.roleOnChannels(ctx, actor, teamID)
		if err != nil {
			return "", err
		}
		if channel.Presence() {
			member.UserInfo = memberInfo{Name: actor.DisplayName, DisplayName: actor.DisplayName, Role: role, DeviceLabel: actor.Device}
		}
	case name == "private-user-"+actor.UserID.String():
	case strings.HasPrefix(name, "private-event-"):
	case strings.HasPrefix(name, "presence-event-"):
		// Strangers share this channel, so it shows a name that leads nowhere else.
		member.UserID, member.Owner = s.pseudonym(name, actor.UserID), realtime.OwnerOf(actor.UserID.String())
		alias := "Scout " + strings.ToUpper(member.UserID[:4])
		member.UserInfo = memberInfo{Name: alias, DisplayName: alias}
	default:
		return "", ErrChannelDenied
	}
	raw, err := json.Marshal(member)
	return string(raw), err
}

// roleOnChannels returns the actor's role, or ErrChannelDenied when it does not let them on
// the team's channels or the team does not let its friends.
func (s *Service) roleOnChannels(ctx context.Context, actor accounts.Actor, teamID uuid.UUID) (Role, error) {
	row, err := s.q.MayJoinChannels(ctx, queries.MayJoinChannelsParams{TeamID: teamID, UserID: actor.UserID})
	if errors.Is(err, pgx.ErrNoRows) {
		return "", ErrChannelDenied
	}
	if err != nil {
		return "", eventlog.Translate(err)
	}
	role := Role(row.Role)
	if !role.May(JoinChannels) || role == Friend && !row.FriendChannels {
		return "", ErrChannelDenied
	}
	return role, nil
}

func hasTeam(channel string) bool {
	return strings.HasPrefix(channel, "private-team-") || strings.HasPrefix(channel, "presence-team-")
}

// teamOf returns the team of a channel whose name ends in exactly a canonical UUID.
func teamOf(channel string) (uuid.UUID, bool) {
	_, text, _ := strings.Cut(channel, "-team-")
	id, err := uuid.Parse(text)
	return id, err == nil && id.String() == text
}

// pseudonym is stable for one person on one channel and tells nothing on any other.
func (s *Service) pseudonym(channel string, userID uuid.UUID) string {
	mac := hmac.New(sha256.New, s.codeKey)
	mac.Write([]byte(channel + "\x00" + userID.String()))
	return hex.EncodeToString(mac.Sum(nil))[:16]
}

// MayRead reports by an error whether the actor may read the channel's log: public
// channels are everybody's, private ones their members'.
func (s *Service) MayRead(ctx context.Context, actor accounts.Actor, channel realtime.Channel) error {
	if !channel.Private() && channel.User() == "" {
		return nil
	}
	if err := actor.NoProgram(); err != nil {
		return err
	}
	if actor.Anonymous() {
		return accounts.ErrNoToken
	}
	if user := channel.User(); user != "" {
		if user != actor.UserID.String() {
			return ErrChannelDenied
		}
		return nil
	}
	_, err := s.AuthorizeChannel(ctx, actor, channel)
	return err
}
