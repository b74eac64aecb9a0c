package protocol

import (
	"bytes"
	"encoding/json"

	"github.com/ftcmetrics/ftcmetrics/fault"
)

// The refusals of a sign-in.
var (
	ErrSignin = fault.New(fault.Malformed, "bad-signin",
		"A signin message has data with auth and user_data, which are strings.")
	ErrUser = fault.New(fault.Invalid, "bad-user-data",
		"user_data is a JSON object whose id is a string of 1 to 128 bytes.")
	ErrWatchlist = fault.New(fault.Invalid, "watchlist-too-long",
		"The watchlist has more than 100 users; you are signed in, but nobody is watched.")
)

// Signin is the data of a pusher:signin.
type Signin struct {
	Auth     string
	UserData string // verbatim, as it was signed
}

// User is a signed-in user as user_data presents them.
type User struct {
	ID        string
	Session   string
	Info      json.RawMessage // compact; nil when there is none
	Watchlist []string        // the ids of users whose coming and going they want to hear of
}

// Signin reads the message as a pusher:signin.
func (m Message) Signin() (Signin, error) {
	var d struct {
		Auth     string `json:"auth"`
		UserData string `json:"user_data"`
	}
	if err := m.decodeData(&d); err != nil {
		return Signin{}, ErrSignin.Because(err)
	}
	if d.Auth == "" || d.UserData == "" {
		return Signin{}, ErrSignin
	}
	return Signin(d), nil
}

// DecodeUser reads user_data. The watchlist may be of any length.
func DecodeUser(userData string) (User, error) {
	var d struct {
		ID        *string         `json:"id"`
		Info      json.RawMessage `json:"user_info"`
		Session   string          `json:"session"`
		Watchlist []string        `json:"watchlist"`
	}
	if err := json.Unmarshal([]byte(userData), &d); err != nil {
		return User{}, ErrUser.Because(err)
	}
	if d.ID == nil || *d.ID == "" || len(*d.ID) > MaxUserID {
		return User{}, ErrUser
	}
	u := User{ID: *d.ID, Session: d.Session, Watchlist: d.Watchlist}
	if len(d.Info) == 0 || string(d.Info) == "null" {
		return u, nil
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, d.Info); err != nil {
		return User{}, ErrUser.Because(err)
	}
	u.Info = compact.Bytes()
	return u, nil
}

// Member returns the user as a member of a channel. The zero User makes the zero Member.
func (u User) Member() Member { return Member{UserID: u.ID, Session: u.Session, Info: u.Info} }

// AppendSigninSuccess appends the answer to a sign-in, with the user_data as it came.
func AppendSigninSuccess(dst []byte, userData string) []byte {
	dst = append(dst, `{"event":"`+EventSigninSuccess+`","data":"{\"user_data\":`...)
	dst = appendTwice(dst, userData)
	return append(dst, `}"}`...)
}

// AppendWatchlist appends the news that users of a watchlist are online, or no longer.
func AppendWatchlist(dst []byte, online bool, userIDs ...string) []byte {
	dst = append(dst, `{"event":"`+EventWatchlist+`","data":"{\"events\":[{\"name\":\"`...)
	if online {
		dst = append(dst, `online`...)
	} else {
		dst = append(dst, `offline`...)
	}
	dst = append(dst, `\",\"user_ids\":[`...)
	for i, id := range userIDs {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendTwice(dst, id)
	}
	return append(dst, `]}]}"}`...)
}
