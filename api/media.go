package api

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/swaggest/openapi-go"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/scouting"
)

const (
	pictureLimit = 8 << 20          // bytes of a picture
	uploadLimit  = 8<<20 + 64<<10   // bytes of a body with a picture in it
	uploadTime   = 3 * time.Minute  // for a body: halls have bad Wi-Fi
	answerTime   = 60 * time.Second // for the answer after it
	maxUploads   = 8                // bodies that are read at one time
	userUploads  = 2                // of one user
)

var (
	errNoPicture = fault.New(fault.Malformed, "picture-missing", "Send the picture as the body, or as a file of multipart/form-data.")
	errUploads   = fault.New(fault.Unavailable, "uploads-busy", "Too many pictures are being sent. Try again in a moment.")
)

// uploads counts the bodies of pictures that are being read, so that slow senders can
// neither fill the memory nor keep others out.
type uploads struct {
	mu  sync.Mutex
	all int               // guarded by mu
	by  map[uuid.UUID]int // guarded by mu
}

// begin takes a place; end gives it back.
func (u *uploads) begin(user uuid.UUID) (end func(), err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.all >= maxUploads || u.by[user] >= userUploads {
		return nil, errUploads
	}
	if u.by == nil {
		u.by = make(map[uuid.UUID]int)
	}
	u.all++
	u.by[user]++
	return func() {
		u.mu.Lock()
		defer u.mu.Unlock()
		u.all--
		if u.by[user]--; u.by[user] == 0 {
			delete(u.by, user)
		}
	}, nil
}

type newLinkIn struct {
	ID                string `json:"id,omitempty" validate:"omitempty,uuid_rfc4122" description:"made by the client, so that sending twice changes nothing"`
	ScoutingTeamID    string `json:"scoutingTeamId" validate:"required,uuid_rfc4122"`
	Season            int    `json:"season,omitempty" description:"the newest when left out"`
	ScoutedTeamNumber int    `json:"scoutedTeamNumber" validate:"required"`
	Kind              string `json:"kind" validate:"required,oneof=CAD VIDEO PHOTO LINK"`
	Label             string `json:"label,omitempty" validate:"max=100"`
	URL               string `json:"url" validate:"required,max=2000" description:"begins with https://"`
}

func (in newLinkIn) media() scouting.NewMedia {
	return scouting.NewMedia{
		ID: parsedID(in.ID), ScoutingTeamID: uuid.MustParse(in.ScoutingTeamID), Season: in.Season, ScoutedTeam: in.ScoutedTeamNumber,
		Kind: in.Kind, Label: in.Label, URL: in.URL,
	}
}

// newPictureIn stands in the query, because the body is the picture.
type newPictureIn struct {
	ID                string `query:"id" json:"-" validate:"omitempty,uuid_rfc4122" description:"made by the client, so that sending twice changes nothing"`
	ScoutingTeamID    string `query:"scoutingTeamId" json:"-" validate:"required,uuid_rfc4122"`
	Season            int    `query:"season" json:"-" description:"the newest when left out"`
	ScoutedTeamNumber int    `query:"scoutedTeamNumber" json:"-" validate:"required"`
	Label             string `query:"label" json:"-" validate:"max=100"`
}

func (in newPictureIn) media() scouting.NewMedia {
	return scouting.NewMedia{
		ID: parsedID(in.ID), ScoutingTeamID: uuid.MustParse(in.ScoutingTeamID), Season: in.Season, ScoutedTeam: in.ScoutedTeamNumber, Label: in.Label,
	}
}

type listMediaIn struct {
	TeamID      string  `query:"scoutingTeamId" json:"-" validate:"required,uuid_rfc4122"`
	Season      *int    `query:"season" json:"-"`
	ScoutedTeam *int    `query:"scoutedTeamNumber" json:"-"`
	Kind        *string `query:"kind" json:"-" validate:"omitempty,oneof=CAD VIDEO PHOTO LINK"`
	Cursor      string  `query:"cursor" json:"-" validate:"max=200"`
	Limit       int     `query:"limit" json:"-" validate:"min=0,max=200" description:"50 when left out"`
}

func (in listMediaIn) filter() scouting.MediaFilter {
	return scouting.MediaFilter{
		TeamID: uuid.MustParse(in.TeamID), Season: in.Season, ScoutedTeam: in.ScoutedTeam, Kind: in.Kind, Cursor: in.Cursor, Limit: pageSize(in.Limit),
	}
}

type mediaIn struct {
	ID string `path:"id" json:"-" validate:"uuid_rfc4122"`
}

func (s *server) mediaRoutes() {
	const tag, all, one = "media", "/api/scouting/media", "/api/scouting/media/{id}"
	add(s, route[newLinkIn, scouting.Media]{method: "POST", path: all, tag: tag, access: signedIn, status: http.StatusCreated, also: []int{http.StatusOK},
		summary: "Add a link about a robot. 200 when the same was added before.",
		handle: func(r *http.Request, actor accounts.Actor, in newLinkIn) (reply[scouting.Media], error) {
			media, created, err := s.o.Scouting.AddLink(r.Context(), actor, in.media())
			return reply[scouting.Media]{Data: media, Status: entryStatus(created)}, err
		}})
	add(s, route[listMediaIn, []scouting.Media]{method: "GET", path: all, tag: tag, access: signedIn, summary: "A team's links and pictures, newest first.",
		handle: func(r *http.Request, actor accounts.Actor, in listMediaIn) (reply[[]scouting.Media], error) {
			list, next, err := s.o.Scouting.MediaList(r.Context(), actor, in.filter())
			return reply[[]scouting.Media]{Data: list, Next: next}, err
		}})
	add(s, route[mediaIn, scouting.Media]{method: "GET", path: one, tag: tag, access: signedIn, summary: "One link or picture, without its pixels.",
		handle: func(r *http.Request, actor accounts.Actor, in mediaIn) (reply[scouting.Media], error) {
			media, err := s.o.Scouting.Media(r.Context(), actor, uuid.MustParse(in.ID))
			return reply[scouting.Media]{Data: media}, err
		}})
	add(s, route[mediaIn, nothing]{method: "DELETE", path: one, tag: tag, access: signedIn, summary: "Delete a link or picture; its author may, and who leads the team.",
		handle: func(r *http.Request, actor accounts.Actor, in mediaIn) (reply[nothing], error) {
			return reply[nothing]{}, s.o.Scouting.DeleteMedia(r.Context(), actor, uuid.MustParse(in.ID))
		}})
	s.pictureRoutes(tag)
}

// pictureRoutes are those whose body or answer is no JSON.
func (s *server) pictureRoutes(tag string) {
	binary := func(cu *openapi.ContentUnit) { cu.Format = "binary" }
	addRaw(s, rawRoute[newPictureIn]{method: "POST", path: "/api/scouting/media/pictures", tag: tag, access: signedIn, handle: s.addPicture,
		out: new(envelope[scouting.Media]), statuses: []int{http.StatusCreated, http.StatusOK},
		summary: "Add a photo of a robot, JPEG, PNG or WebP of up to 8 MiB and 40 million pixels, as the body or as a file of multipart/form-data. Kept is a JPEG of at most 1600 pixels a side, without anything else that was in the file. 200 when the same was added before.",
		describe: func(oc openapi.OperationContext) {
			for _, kind := range []string{"image/jpeg", "image/png", "image/webp", "application/octet-stream"} {
				oc.AddReqStructure(nil, openapi.WithContentType(kind), binary)
			}
			oc.AddReqStructure(new(pictureForm), openapi.WithContentType("multipart/form-data"))
		}})
	for name, thumbnail := range map[string]bool{"picture": false, "thumbnail": true} {
		addRaw(s, rawRoute[mediaIn]{method: "GET", path: "/api/scouting/media/{id}/" + name, tag: tag, access: signedIn,
			summary: "The " + name + " as JPEG; ETag and 304 make asking again cheap.",
			describe: func(oc openapi.OperationContext) {
				oc.AddRespStructure(nil, openapi.WithHTTPStatus(http.StatusOK), openapi.WithContentType("image/jpeg"), binary)
				oc.AddRespStructure(nil, openapi.WithHTTPStatus(http.StatusNotModified))
			},
			handle: func(w http.ResponseWriter, r *http.Request, actor accounts.Actor, in mediaIn) error {
				return s.showPicture(w, r, actor, in, thumbnail)
			}})
	}
}

// pictureForm describes the form that a picture may come in.
type pictureForm struct {
	Picture multipart.File `formData:"picture"`
}

// addPicture asks who is sending before it reads what they send.
func (s *server) addPicture(w http.ResponseWriter, r *http.Request, actor accounts.Actor, in newPictureIn) error {
	if err := s.o.Scouting.MayAddMedia(r.Context(), actor, uuid.MustParse(in.ScoutingTeamID)); err != nil {
		return err
	}
	media, created, err := s.receivePicture(w, r, actor, in)
	if err == nil {
		writeJSON(w, entryStatus(created), envelope[scouting.Media]{Success: true, Data: media})
	}
	return err
}

func (s *server) receivePicture(w http.ResponseWriter, r *http.Request, actor accounts.Actor, in newPictureIn) (scouting.Media, bool, error) {
	end, err := s.uploads.begin(actor.UserID)
	if err != nil {
		return scouting.Media{}, false, err
	}
	defer end()
	// The server's own deadlines are for small bodies. A writer without deadlines, as in some
	// tests, has none to move.
	control, now := http.NewResponseController(w), time.Now()
	if err := errors.Join(control.SetReadDeadline(now.Add(uploadTime)), control.SetWriteDeadline(now.Add(uploadTime+answerTime))); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return scouting.Media{}, false, err
	}
	file, err := pictureBody(w, r)
	if err != nil {
		return scouting.Media{}, false, err
	}
	return s.o.Scouting.AddPicture(r.Context(), actor, in.media(), file)
}

// pictureBody reads the body, or the first file in it. What type it says it is does not
// matter: the content is looked at.
func pictureBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.Header.Get("Content-Encoding") != "" {
		return nil, errMedia.Saying("Send the picture as it is, not compressed once more.")
	}
	r.Body = http.MaxBytesReader(w, r.Body, uploadLimit)
	var body io.Reader = r.Body
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "multipart/form-data" {
		part, err := firstFile(r)
		if err != nil {
			return nil, bodyTrouble(err)
		}
		body = part
	}
	file, err := io.ReadAll(io.LimitReader(body, pictureLimit+1))
	switch {
	case err != nil:
		return nil, bodyTrouble(err)
	case len(file) > pictureLimit:
		return nil, errTooBig.Saying("A picture may have up to %d MiB.", pictureLimit>>20)
	case len(file) == 0:
		return nil, errNoPicture
	}
	return file, nil
}

func firstFile(r *http.Request) (*multipart.Part, error) {
	reader, err := r.MultipartReader()
	if err != nil {
		return nil, errNoPicture.Because(err)
	}
	for {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, errNoPicture
		}
		if err != nil || part.FileName() != "" {
			return part, err
		}
	}
}

func bodyTrouble(err error) error {
	var known *fault.Error
	var tooBig *http.MaxBytesError
	switch {
	case errors.As(err, &known):
		return err
	case errors.As(err, &tooBig):
		return errTooBig.Saying("A picture may have up to %d MiB.", pictureLimit>>20)
	}
	return errNoPicture.Saying("The body broke off.").Because(err)
}

// showPicture answers with bytes that we have made ourselves, and still lets no browser take
// them for anything but a picture.
func (s *server) showPicture(w http.ResponseWriter, r *http.Request, actor accounts.Actor, in mediaIn, thumbnail bool) error {
	media, err := s.o.Scouting.Media(r.Context(), actor, uuid.MustParse(in.ID))
	if err == nil && !media.Picture() {
		err = scouting.ErrNoMedia
	}
	if err != nil {
		return err
	}
	name := "picture"
	if thumbnail {
		name = "thumbnail"
	}
	tag := fmt.Sprintf(`"%s-%s"`, media.ID, name) // the pixels of an id never change
	fresh := matches(r.Header.Get("If-None-Match"), tag)
	var pixels []byte
	if !fresh {
		if pixels, err = s.o.Scouting.Pixels(r.Context(), media, thumbnail); err != nil {
			return err
		}
	}
	h := w.Header()
	h.Set("ETag", tag)
	h.Set("Cache-Control", "private, no-cache") // kept, and asked for again: memberships end
	h.Set("Vary", "Authorization, X-User-Id, Cookie")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	if fresh {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Type", "image/jpeg")
	h.Set("Content-Disposition", fmt.Sprintf(`inline; filename="robot-%d-%s.jpg"`, media.ScoutedTeam, name))
	h.Set("Content-Length", fmt.Sprint(len(pixels)))
	_, _ = w.Write(pixels) // the caller may have gone
	return nil
}

// matches reports whether If-None-Match names the tag.
func matches(header, tag string) bool {
	for candidate := range strings.SplitSeq(header, ",") {
		candidate = strings.TrimSpace(candidate)
		if candidate == "*" || strings.TrimPrefix(candidate, "W/") == tag {
			return true
		}
	}
	return false
}
