// Follows channels without a socket: go run . http://127.0.0.1:3001 event-DEMO,match-DEMO-1
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"net/url"
	"os"
	"time"
)

type news struct {
	Channels []struct {
		Channel string
		Events  []struct {
			Seq  int64
			Name string
			Data json.RawMessage
		}
	}
	Next string
	More bool
}

func main() {
	for since := ""; ; {
		answer, err := http.Get(os.Args[1] + "/api/sync?channels=" + url.QueryEscape(os.Args[2]) + "&since=" + since)
		if err != nil {
			log.Fatal(err)
		}
		var body struct{ Data news }
		if err := json.NewDecoder(answer.Body).Decode(&body); err != nil || answer.StatusCode != http.StatusOK {
			log.Fatal(answer.Status, err)
		}
		answer.Body.Close()
		for _, channel := range body.Data.Channels {
			for _, event := range channel.Events {
				fmt.Println(channel.Channel, event.Seq, event.Name, string(event.Data))
			}
		}
		if since == "" {
			fmt.Println("following")
		}
		if since = body.Data.Next; !body.Data.More {
			time.Sleep(time.Second)
		}
	}
}
