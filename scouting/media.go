package scouting

import (
	"bytes"
	"context"
	"errors"
	"net/url"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
	"github.com/ftcmetrics/ftcmetrics/scouting/media"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// The errors of media.
var (
	ErrNoMedia      = fault.New(fault.NotFound, "no-such-media", "There is no such link or picture, or it is not your team's.")
	ErrMedia        = fault.New(fault.Invalid, "bad-media", "This link or picture breaks a rule.")
	ErrMediaIDTaken = fault.New(fault.Conflict, "media-id-taken", "Another link or picture has this id. Make a new id for each.")
	ErrMediaDeleted = fault.New(fault.Conflict, "media-deleted", "This link or picture was deleted.")
	ErrQuota        = fault.New(fault.Conflict, "media-quota", "Your team has as many links or pictures as it may have. Delete some first.")
)

// What a team may have.
const (
	MaxLinks        = 2000
	MaxPictures     = 500
	MaxPictureBytes = 200 << 20 // of all pictures and thumbnails as they are kept
)

const maxLabel, maxURL = 100, 2000 // characters

// Media is a link or a picture about a robot.
type Media struct {
	ID             uuid.UUID     `json:"id"` // made by the client
	ScoutingTeamID uuid.UUID     `json:"scoutingTeamId"`
	Author         accounts.User `json:"author"`
	Season         int           `json:"season"`
	ScoutedTeam    int           `json:"scoutedTeamNumber"`
	Kind           string        `json:"kind"` // CAD, VIDEO, PHOTO or LINK
	Label          string        `json:"label"`
	URL            string        `json:"url,omitempty"`    // of a link
	Width          int           `json:"width,omitempty"`  // of a picture, in pixels
	Height         int           `json:"height,omitempty"` // of a picture, in pixels
	Bytes          int           `json:"bytes,omitempty"`  // that a picture takes from the quota
	CreatedAt      time.Time     `json:"createdAt"`
}

// Picture reports whether it is a picture that we keep, and not a link.
func (m Media) Picture() bool { return m.Bytes > 0 }

// NewMedia is what a client adds: a link with its URL, or a picture, whose file goes beside
// it. Zero ID: the server makes one. Zero Season: the newest.
type NewMedia struct {
	ID             uuid.UUID
	ScoutingTeamID uuid.UUID
	Season         int
	ScoutedTeam    int
	Kind           string
	Label          string
	URL            string
}

// MediaPayload says what is new, without label and address: shared tablets hear the team's
// channel, too, and may not see them.
type MediaPayload struct {
	MediaID     uuid.UUID     `json:"mediaId"`
	Season      int           `json:"season"`
	ScoutedTeam int           `json:"scoutedTeamNumber"`
	Kind        string        `json:"kind"`
	Author      accounts.User `json:"author"`
}

// MediaDeletedPayload names what is gone.
type MediaDeletedPayload struct {
	MediaID     uuid.UUID `json:"mediaId"`
	ScoutedTeam int       `json:"scoutedTeamNumber"`
}

// The realtime events of media.
var (
	MediaAdded   = realtime.Define[MediaPayload]("scouting:media-added", "A member of the team added a link or a picture.", "private-team-{teamId}")
	MediaDeleted = realtime.Define[MediaDeletedPayload]("scouting:media-deleted", "A link or picture of the team was deleted.", "private-team-{teamId}")
)

func (s *Service) checkMedia(n NewMedia, link bool) (NewMedia, error) {
	if n.Season == 0 {
		n.Season = s.book.Newest().Year
	}
	if _, known := s.book.Season(n.Season); !known {
		return n, ErrSeason.At(fault.Field{Pointer: "/season", Detail: ErrSeason.Detail})
	}
	var wrong complaints
	wrong.when(n.ScoutedTeam < 1 || n.ScoutedTeam > 99999, "/scoutedTeamNumber", "scoutedTeamNumber is an FTC team number, 1 to 99999.")
	wrong.when(!slices.Contains([]string{"CAD", "VIDEO", "PHOTO", "LINK"}, n.Kind), "/kind", "kind is CAD, VIDEO, PHOTO or LINK.")
	label, ok := tidyLine(n.Label, maxLabel)
	n.Label = label
	wrong.when(!ok, "/label", "label is one line of up to 100 characters.")
	if link {
		n.URL, ok = cleanURL(n.URL)
		wrong.when(!ok, "/url", "url is an address that begins with https://, without user name, of up to 2000 characters.")
	}
	return n, wrong.under(ErrMedia)
}

// cleanURL returns the address as it will be shown. Anything but https could run in the page
// that shows it; a name in front of the host hides where it leads.
func cleanURL(text string) (string, bool) {
	text, ok := tidyLine(text, maxURL)
	u, err := url.Parse(text)
	if !ok || err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Opaque != "" {
		return "", false
	}
	text = u.String()
	return text, len(text) <= maxURL
}

// AddLink keeps a link and tells the team. created is false when the same link was added
// before under this id.
func (s *Service) AddLink(ctx context.Context, actor accounts.Actor, n NewMedia) (made Media, created bool, err error) {
	if n, err = s.checkMedia(n, true); err != nil {
		return Media{}, false, err
	}
	return s.addMedia(ctx, actor, n, contentHash(withoutID(n)), nil)
}

// AddPicture keeps a picture as package media develops it, and tells the team. created is
// false when the same file was added before under this id.
func (s *Service) AddPicture(ctx context.Context, actor accounts.Actor, n NewMedia, file []byte) (made Media, created bool, err error) {
	n.Kind, n.URL = "PHOTO", ""
	if n, err = s.checkMedia(n, false); err != nil {
		return Media{}, false, err
	}
	hash := contentHash(struct {
		NewMedia
		File []byte
	}{withoutID(n), contentHash(file)})
	if err := s.MayAddMedia(ctx, actor, n.ScoutingTeamID); err != nil {
		return Media{}, false, err
	}
	if known, err := repeatedMedia(ctx, s.q, n, hash); !errors.Is(err, pgx.ErrNoRows) {
		return known, false, eventlog.Translate(err)
	}
	picture, err := s.darkroom.Develop(ctx, file)
	if err != nil {
		return Media{}, false, err
	}
	return s.addMedia(ctx, actor, n, hash, &picture)
}

// MayAddMedia returns an error unless the actor may add links and pictures for the team. It
// is asked before a large body is read.
func (s *Service) MayAddMedia(ctx context.Context, actor accounts.Actor, teamID uuid.UUID) error {
	return s.mayRead(ctx, actor, teamID, teams.EditPit)
}

func withoutID(n NewMedia) NewMedia {
	n.ID = uuid.Nil
	return n
}

func (s *Service) addMedia(ctx context.Context, actor accounts.Actor, n NewMedia, hash []byte, picture *media.Picture) (made Media, created bool, err error) {
	if n.ID == uuid.Nil {
		if n.ID, err = uuid.NewV7(); err != nil {
			return Media{}, false, err
		}
	}
	err = s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		made, created, err = insertMedia(ctx, tx, actor, n, hash, picture)
		if err != nil || !created {
			return err
		}
		payload := MediaPayload{MediaID: made.ID, Season: made.Season, ScoutedTeam: made.ScoutedTeam, Kind: made.Kind, Author: made.Author}
		return batch.Add(MediaAdded.On(payload, teams.PrivateChannel(made.ScoutingTeamID)))
	})
	return made, created && err == nil, err
}

func insertMedia(ctx context.Context, tx pgx.Tx, actor accounts.Actor, n NewMedia, hash []byte, picture *media.Picture) (Media, bool, error) {
	if err := mayWrite(ctx, tx, actor, n.ScoutingTeamID, teams.EditPit); err != nil {
		return Media{}, false, err
	}
	q := queries.New(tx)
	p := queries.InsertMediaParams{
		ID: n.ID, TeamID: n.ScoutingTeamID, AuthorID: actor.UserID, Season: int32(n.Season), ScoutedTeam: int32(n.ScoutedTeam),
		Kind: n.Kind, Label: n.Label, Url: some(n.URL, columnText), ContentHash: hash,
	}
	if picture != nil {
		p.Width, p.Height = some(picture.Width, column32), some(picture.Height, column32)
		p.Bytes = some(len(picture.JPEG)+len(picture.Thumbnail), column32)
	}
	row, err := q.InsertMedia(ctx, p)
	if errors.Is(err, pgx.ErrNoRows) {
		known, err := repeatedMedia(ctx, q, n, hash)
		return known, false, err
	}
	if err != nil {
		return Media{}, false, err
	}
	if picture != nil {
		err := q.InsertPicture(ctx, queries.InsertPictureParams{MediaID: n.ID, Picture: picture.JPEG, Thumbnail: picture.Thumbnail})
		if err != nil {
			return Media{}, false, err
		}
	}
	made := mediaOf(row, actor.DisplayName)
	return made, true, takeQuota(ctx, q, made)
}

// takeQuota counts what is new. The team's row makes uploads of one team wait for each
// other's commit, and is the last thing that a change locks before the log.
func takeQuota(ctx context.Context, q *queries.Queries, m Media) error {
	if err := q.OpenMediaUsage(ctx, m.ScoutingTeamID); err != nil {
		return err
	}
	links, pictures := m.counts()
	changed, err := q.UseMedia(ctx, queries.UseMediaParams{
		TeamID: m.ScoutingTeamID, Links: links, Pictures: pictures, Bytes: int64(m.Bytes),
		MaxLinks: MaxLinks, MaxPictures: MaxPictures, MaxBytes: MaxPictureBytes,
	})
	if err == nil && changed == 0 {
		return ErrQuota.Saying("A team may have %d links, and %d pictures of together %d MiB. Delete some first.", MaxLinks, MaxPictures, MaxPictureBytes>>20)
	}
	return err
}

func (m Media) counts() (links, pictures int32) {
	if m.Picture() {
		return 0, 1
	}
	return 1, 0
}

// repeatedMedia returns what has the id already, an error when it is something else, and
// pgx.ErrNoRows when there is nothing.
func repeatedMedia(ctx context.Context, q *queries.Queries, n NewMedia, hash []byte) (Media, error) {
	row, err := q.MediaByID(ctx, n.ID)
	switch {
	case err != nil:
		return Media{}, err
	case row.Medium.TeamID != n.ScoutingTeamID, !bytes.Equal(row.Medium.ContentHash, hash):
		return Media{}, ErrMediaIDTaken.At(fault.Field{Pointer: "/id", Detail: ErrMediaIDTaken.Detail})
	case row.Medium.DeletedAt != nil:
		return Media{}, ErrMediaDeleted
	}
	return mediaOf(row.Medium, row.DisplayName), nil
}

// DeleteMedia removes a link or picture. Its author may, and who leads the team.
func (s *Service) DeleteMedia(ctx context.Context, actor accounts.Actor, id uuid.UUID) error {
	return s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		q := queries.New(tx)
		row, err := q.MediaForUpdate(ctx, queries.MediaForUpdateParams{ID: id, UserID: actor.UserID})
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrNoMedia
		}
		if err != nil {
			return err
		}
		role := teams.Role(row.Role)
		if !role.May(teams.EditPit) || !role.Leads() && row.Medium.AuthorID != actor.UserID {
			return ErrRole
		}
		if err := q.DeleteMedia(ctx, id); err != nil {
			return err
		}
		m := mediaOf(row.Medium, row.DisplayName)
		links, pictures := m.counts()
		err = q.FreeMedia(ctx, queries.FreeMediaParams{TeamID: m.ScoutingTeamID, Links: links, Pictures: pictures, Bytes: int64(m.Bytes)})
		if err != nil {
			return err
		}
		return batch.Add(MediaDeleted.On(MediaDeletedPayload{MediaID: id, ScoutedTeam: m.ScoutedTeam}, teams.PrivateChannel(m.ScoutingTeamID)))
	})
}

// Media returns a link or picture of one of the actor's teams.
func (s *Service) Media(ctx context.Context, actor accounts.Actor, id uuid.UUID) (Media, error) {
	row, err := s.q.MediaFor(ctx, queries.MediaForParams{ID: id, UserID: actor.UserID})
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return Media{}, ErrNoMedia
	case err != nil:
		return Media{}, eventlog.Translate(err)
	case !teams.Role(row.Role).May(teams.ReadPit):
		return Media{}, ErrRole
	}
	return mediaOf(row.Medium, row.DisplayName), nil
}

// Pixels returns the JPEG of a picture that Media has returned, or its thumbnail.
func (s *Service) Pixels(ctx context.Context, m Media, thumbnail bool) ([]byte, error) {
	read := s.q.PictureOf
	if thumbnail {
		read = s.q.ThumbnailOf
	}
	raw, err := read(ctx, m.ID)
	if errors.Is(err, pgx.ErrNoRows) { // a link, or deleted by now
		return nil, ErrNoMedia
	}
	return raw, eventlog.Translate(err)
}

// MediaFilter chooses links and pictures of a team; nil leaves a part open.
type MediaFilter struct {
	TeamID      uuid.UUID
	Season      *int
	ScoutedTeam *int
	Kind        *string
	Cursor      string // from the page before; "" is the start
	Limit       int    // 1 to 200
}

// MediaList returns the team's links and pictures, newest first, and the cursor of the next
// page, which is "" at the end.
func (s *Service) MediaList(ctx context.Context, actor accounts.Actor, f MediaFilter) ([]Media, string, error) {
	if err := s.mayRead(ctx, actor, f.TeamID, teams.ReadPit); err != nil {
		return nil, "", err
	}
	p := queries.MediaListParams{TeamID: f.TeamID, Season: small(f.Season), ScoutedTeam: small(f.ScoutedTeam), Kind: f.Kind, RowLimit: int32(f.Limit) + 1}
	var err error
	if p.BeforeAt, p.BeforeID, err = pageAfter(f.Cursor); err != nil {
		return nil, "", err
	}
	rows, err := s.q.MediaList(ctx, p)
	list := make([]Media, 0, len(rows))
	for _, row := range rows {
		list = append(list, mediaOf(row.Medium, row.DisplayName))
	}
	list, next := cutPage(list, f.Limit, func(m Media) string { return cursor(m.CreatedAt, m.ID) })
	return list, next, eventlog.Translate(err)
}

func mediaOf(row queries.Medium, author string) Media {
	return Media{
		ID: row.ID, ScoutingTeamID: row.TeamID, Author: accounts.User{ID: row.AuthorID, DisplayName: author}, Season: int(row.Season),
		ScoutedTeam: int(row.ScoutedTeam), Kind: row.Kind, Label: row.Label, URL: value(row.Url, ""), Width: int(value(row.Width, 0)),
		Height: int(value(row.Height, 0)), Bytes: int(value(row.Bytes, 0)), CreatedAt: row.CreatedAt,
	}
}
