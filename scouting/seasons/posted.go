package seasons

// Posted says where the parts that all games share are in what the official API posts for
// an alliance. Teleop has no entry, since games differ in whether theirs holds the end
// game; it is what auto and end game leave of the points without fouls. The flags of bonus
// ranking points are named as in Season.RankingPoints.
type Posted struct {
	Total          Times  `json:"total"`
	NoFoul         Times  `json:"noFoul"`
	Auto           Times  `json:"auto"`
	Endgame        Times  `json:"endgame"` // empty where the game has none
	FoulsCommitted Times  `json:"foulsCommitted"`
	Notes          string `json:"notes,omitempty"` // where the names are from, what is doubtful
}

// Times is so many times each of these fields of the API.
type Times map[string]int

// posted checks the fields that make the shared parts. Their names are the API's.
func (c *ruleCheck) posted(p *Posted) {
	for part, times := range map[string]Times{"total": p.Total, "noFoul": p.NoFoul, "auto": p.Auto, "endgame": p.Endgame, "foulsCommitted": p.FoulsCommitted} {
		if len(times) == 0 && part != "endgame" {
			c.say("/posted/"+part, "Name at least one field.")
		}
		for _, name := range sortedKeys(times) {
			at := "/posted/" + part + "/" + escape(name)
			c.text(at, name, maxLabel)
			c.number(at, times[name], -maxPoints, maxPoints)
		}
	}
}
