package seasons_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log"

	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
)

func ExampleSeason_Check() {
	book, err := seasons.Load()
	if err != nil {
		log.Fatal(err)
	}
	decode, _ := book.Season(2025)
	_, score, _ := decode.Check(json.RawMessage(`{"autoLeave": true, "autoClassifiedCount": 3, "endgameBaseStatus": "FULL"}`))
	fmt.Println(score.Auto, score.Teleop, score.Endgame, score.Total)

	_, _, err = decode.Check(json.RawMessage(`{"teleopOverflowCount": -1}`))
	var f *fault.Error
	if errors.As(err, &f) {
		fmt.Println(f.Fields[0].Pointer, f.Fields[0].Detail)
	}
	// Output:
	// 12 0 10 22
	// /data/teleopOverflowCount teleopOverflowCount is a whole number from 0 to 200.
}
