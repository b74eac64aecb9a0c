package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"golang.org/x/oauth2"

	"github.com/ftcmetrics/ftcmetrics/accounts"
)

// userAPI is a provider of plain OAuth 2, whose own API says who a token is of. What such a
// token says is believed because it came from the provider itself, over TLS.
type userAPI struct {
	oauth oauth2.Config
	name  string // of the issuer
	api   string
	who   func(ctx context.Context, api string, client *http.Client) (accounts.Identity, error)
}

func (u *userAPI) issuer() string                                 { return u.name }
func (u *userAPI) more() []oauth2.AuthCodeOption                  { return nil }
func (u *userAPI) config(context.Context) (*oauth2.Config, error) { return &u.oauth, nil }

func (u *userAPI) identity(ctx context.Context, token *oauth2.Token, _ string) (accounts.Identity, error) {
	who, err := u.who(ctx, u.api, u.oauth.Client(ctx, token))
	if err != nil {
		return who, ErrDown.Because(err)
	}
	return who, nil
}

// gitHub is github.com, or a GitHub Enterprise server at the issuer.
func gitHub(s Setting, callback string) asker {
	api := s.Issuer + "/api/v3"
	if s.Issuer == gitHubIssuer {
		api = "https://api.github.com"
	}
	return &userAPI{name: s.Issuer, api: api, who: gitHubUser, oauth: oauth2.Config{
		ClientID: s.ClientID, ClientSecret: s.ClientSecret, RedirectURL: callback, Scopes: []string{"read:user", "user:email"},
		Endpoint: oauth2.Endpoint{AuthURL: s.Issuer + "/login/oauth/authorize", TokenURL: s.Issuer + "/login/oauth/access_token", AuthStyle: oauth2.AuthStyleInParams},
	}}
}

// gitHubUser goes by the number of the account: names change hands there.
func gitHubUser(ctx context.Context, api string, client *http.Client) (accounts.Identity, error) {
	var user struct {
		ID    int64  `json:"id"`
		Login string `json:"login"`
		Name  string `json:"name"`
	}
	if err := read(ctx, client, api+"/user", &user); err != nil {
		return accounts.Identity{}, err
	}
	who := accounts.Identity{Name: first(user.Name, user.Login)}
	if user.ID != 0 {
		who.Subject = strconv.FormatInt(user.ID, 10)
	}
	var emails []struct {
		Email    string `json:"email"`
		Primary  bool   `json:"primary"`
		Verified bool   `json:"verified"`
	}
	if err := read(ctx, client, api+"/user/emails", &emails); err != nil {
		return accounts.Identity{}, err
	}
	for _, one := range emails {
		if one.Primary {
			who.Email, who.Verified = one.Email, one.Verified
		}
	}
	return who, nil
}

// discord is discord.com, or for tests another at the issuer.
func discord(s Setting, callback string) asker {
	return &userAPI{name: s.Issuer, api: s.Issuer + "/api/v10", who: discordUser, oauth: oauth2.Config{
		ClientID: s.ClientID, ClientSecret: s.ClientSecret, RedirectURL: callback, Scopes: []string{"identify", "email"},
		Endpoint: oauth2.Endpoint{AuthURL: s.Issuer + "/oauth2/authorize", TokenURL: s.Issuer + "/api/oauth2/token", AuthStyle: oauth2.AuthStyleInHeader},
	}}
}

func discordUser(ctx context.Context, api string, client *http.Client) (accounts.Identity, error) {
	var user struct {
		ID       string `json:"id"`
		Username string `json:"username"`
		Global   string `json:"global_name"`
		Email    string `json:"email"`
		Verified bool   `json:"verified"`
	}
	if err := read(ctx, client, api+"/users/@me", &user); err != nil {
		return accounts.Identity{}, err
	}
	return accounts.Identity{Subject: user.ID, Email: user.Email, Verified: user.Verified, Name: first(user.Global, user.Username)}, nil
}

// read gets JSON from a provider's API.
func read(ctx context.Context, client *http.Client, address string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Accept", "application/json")
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", address, answer.Status)
	}
	return json.NewDecoder(answer.Body).Decode(into)
}
