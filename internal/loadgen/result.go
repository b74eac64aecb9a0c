package loadgen

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// Result is one run of one scenario.
type Result struct {
	Label    string    `json:"label"` // the server's name in reports
	Scenario string    `json:"scenario"`
	Round    int       `json:"round"`
	Time     time.Time `json:"time"`
	Metrics  Metrics   `json:"metrics,omitempty"`
	Error    string    `json:"error,omitempty"` // if it failed; there are no metrics then
}

// WriteResult writes a result as one line of JSON.
func WriteResult(w io.Writer, r Result) error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = w.Write(append(line, '\n'))
	return err
}

// ReadResults reads what WriteResult wrote.
func ReadResults(r io.Reader) ([]Result, error) {
	var all []Result
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		var one Result
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			return nil, fmt.Errorf("line %d: %w", len(all)+1, err)
		}
		all = append(all, one)
	}
	return all, lines.Err()
}
