package firstapi_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"time"

	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/ftc/firstapi"
	"github.com/ftcmetrics/ftcmetrics/ftc/firstapi/firstapitest"
)

// A sync asks again and again for what has changed.
func Example() {
	clock := firstapitest.NewClock(time.Date(2026, 1, 17, 15, 10, 0, 0, time.UTC)) // 10:10 at the venue
	fake, err := firstapitest.New(clock.Now)
	if err != nil {
		panic(err)
	}
	server := httptest.NewServer(fake)
	defer server.Close()
	client, err := firstapi.New(firstapi.Options{URL: server.URL, Username: firstapitest.Username, Token: firstapitest.Token, Transport: server.Client().Transport})
	if err != nil {
		panic(err)
	}

	ctx := context.Background()
	event, err := client.Event(ctx, ftc.EventKey{Season: 2025, Code: "ZZDEV1"})
	if err != nil {
		panic(err)
	}
	fmt.Println(event.Name)
	since := firstapi.Since{OnlyChanged: true}
	for range 3 {
		reply, err := client.Scores(ctx, event.EventKey, ftc.Qual, since)
		if err != nil {
			panic(err)
		}
		for _, score := range reply.Rows {
			for _, side := range score.Alliances {
				fmt.Println("match", score.Number, side.Alliance, side.Points.Total, "points, without fouls", side.Points.NoFoul)
			}
		}
		if reply.Unchanged {
			fmt.Println("nothing new")
		}
		since.Modified = reply.Modified
		clock.Advance(3 * time.Minute)
	}
	// Output:
	// Developer Test Qualifier
	// match 1 BLUE 62 points, without fouls 62
	// match 1 RED 101 points, without fouls 96
	// nothing new
	// match 2 BLUE 44 points, without fouls 44
	// match 2 RED 55 points, without fouls 55
}
