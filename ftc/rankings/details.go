package rankings

import (
	"encoding/json"
	"fmt"
	"math"
)

// maxPart is more than any part of a score.
const maxPart = 1_000_000

// Details reads an alliance's score as the official API sends it: its whole numbers as
// parts, what is true or false as bonuses. Other values are passed over.
func Details(raw []byte) (parts map[string]int, bonuses map[string]bool, err error) {
	var members map[string]any
	if err := json.Unmarshal(raw, &members); err != nil {
		return nil, nil, fmt.Errorf("details of a score: %w", err)
	}
	parts, bonuses = make(map[string]int, len(members)), make(map[string]bool)
	for name, value := range members {
		switch v := value.(type) {
		case float64:
			if v == math.Trunc(v) && math.Abs(v) <= maxPart {
				parts[name] = int(v)
			}
		case bool:
			bonuses[name] = v
		}
	}
	return parts, bonuses, nil
}
