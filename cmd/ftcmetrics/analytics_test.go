package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const ratingFiles = "../../analytics/testdata/"

// output runs the program as a process with standard input and returns what it says.
func output(t *testing.T, stdin string, args ...string) (code int, out, errOut string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := program(t.TempDir(), args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &stdout, &stderr
	_ = cmd.Run() // how it ended is in ProcessState
	return cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()
}

func decode(t *testing.T, raw string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(raw), into); err != nil {
		t.Fatalf("%v in %.200s", err, raw)
	}
}

// read returns a file of the ratings' tests, unpacked.
func read(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile(ratingFiles + name)
	must(t, err)
	if filepath.Ext(name) != ".gz" {
		return string(raw)
	}
	plain, err := gzip.NewReader(bytes.NewReader(raw))
	must(t, err)
	text, err := io.ReadAll(plain)
	must(t, err)
	return string(text)
}

func TestAnalyticsOPR(t *testing.T) {
	var two struct {
		Cases []struct {
			Event    string
			Computed map[string]map[string]float64
		}
	}
	decode(t, read(t, "opr-example.json"), &two)
	want := map[string]map[string]map[string]float64{two.Cases[0].Event: two.Cases[0].Computed}
	checkOPR(t, "opr-example.json", want)

	var three struct {
		Cases []struct {
			Event    string
			Expected map[string]map[string]float64 // value, then team
		}
	}
	decode(t, read(t, "opr-example-3v3.json"), &three)
	teams := make(map[string]map[string]float64)
	for value, list := range three.Cases[0].Expected {
		for team, x := range list {
			if teams[team] == nil {
				teams[team] = make(map[string]float64)
			}
			teams[team][value] = x
		}
	}
	checkOPR(t, "opr-example-3v3.json", map[string]map[string]map[string]float64{three.Cases[0].Event: teams})
}

// checkOPR wants exactly these events, teams and values.
func checkOPR(t *testing.T, name string, want map[string]map[string]map[string]float64) {
	t.Helper()
	code, out, errOut := output(t, "", "analytics", "opr", ratingFiles+name)
	if code != 0 || errOut != "" {
		t.Fatalf("exit %d: %s", code, errOut)
	}
	var got map[string]map[string]map[string]float64
	decode(t, out, &got)
	if len(got) != len(want) {
		t.Errorf("%d events, want %d", len(got), len(want))
	}
	for event, teams := range want {
		if len(got[event]) != len(teams) {
			t.Errorf("%s: %d teams, want %d", event, len(got[event]), len(teams))
		}
		for team, values := range teams {
			if len(got[event][team]) != len(values) {
				t.Errorf("%s, team %s: %v, want the values of %v", event, team, got[event][team], values)
			}
			for value, x := range values {
				if is, ok := got[event][team][value]; !ok || math.Abs(is-x) > 1e-6 {
					t.Errorf("%s, team %s: %s is %v, want %v", event, team, value, is, x)
				}
			}
		}
	}
}

func TestAnalyticsBacktest(t *testing.T) {
	code, out, errOut := output(t, read(t, "predict-train.json.gz"), "analytics", "backtest", "-")
	if code != 0 || errOut != "" {
		t.Fatalf("exit %d: %s", code, errOut)
	}
	var got map[string]float64
	decode(t, out, &got)
	for name, want := range map[string]float64{"matches": 4457, "accuracy": 0.65995, "brier": 0.20634, "logLoss": 0.60227, "mae": 38.28773} {
		if math.Abs(got[name]-want) > 1e-5 {
			t.Errorf("%s is %v, want %v", name, got[name], want)
		}
	}
	if len(got) != 5 {
		t.Errorf("%s", out)
	}
}

// Other files of the same layouts: other orders of columns, other robots, fewer parts.
func TestAnalyticsLayouts(t *testing.T) {
	const columns = `"blueTotal","blueAuto","blueTeleop","blueEndgame","bluePenaltyReceived","blue1","blue2","note","red1","red2","redTotal","redAuto","redTeleop","redEndgame","redPenaltyReceived"`
	for name, c := range map[string]struct{ command, file, want string }{
		"columns in another order": {"backtest", `{"columns":[` + columns + `],"rows":[[0,0,0,0,0,1,2,-1,3,4,50,10,20,10,10],[5,0,5,0,0,1,2,-1,3,4,35,15,10,10,0]]}`,
			`{"matches":2,"accuracy":0.75,"brier":0.1888`},
		"three robots": {"backtest", `{"columns":["red3","blue3",` + columns + `],"rows":[[5,6,0,0,0,0,0,1,2,-1,3,4,50,10,20,10,10]]}`,
			`{"matches":1,"accuracy":0.5,"brier":0.25,"logLoss":0.6931471805599453,"mae":32.2}`},
		"no rows": {"backtest", `{"columns":[` + columns + `],"rows":[]}`, `{"matches":0,"accuracy":null,"brier":null,"logLoss":null,"mae":null}`},
		"ties only": {"backtest", `{"columns":[` + columns + `],"rows":[[9,9,0,0,0,1,2,-1,3,4,9,0,9,0,0]]}`,
			`{"matches":1,"accuracy":null,"brier":0,"logLoss":0.6931471805599453,`},
		"teams with letters": {"opr", `{"cases":[{"event":"a","matches":[{"red":["254B"],"blue":[7],"redScore":12,"blueScore":{"total":8,"auto":2}}]}]}`,
			`{"a":{"254B":{"opr":12,"dpr":8,"ccwm":4},"7":{"opr":8,"dpr":12,"ccwm":-4}}}`},
		"a number and a text are one team": {"opr", `{"cases":[{"event":"a","matches":[{"red":["7"],"blue":[8],"redScore":1,"blueScore":2},{"red":[7],"blue":["8"],"redScore":3,"blueScore":2}]}]}`,
			`{"a":{"7":{"opr":2,"dpr":2,"ccwm":0},"8":{"opr":2,"dpr":2,"ccwm":0}}}`},
		"playoffs do not count": {"opr", `{"cases":[{"event":"a","matches":[{"level":"Q","red":[1],"blue":[2],"redScore":1,"blueScore":2},{"level":"SF","red":[1],"blue":[3],"redScore":900}]}]}`,
			`{"a":{"1":{"opr":1,"dpr":2,"ccwm":-1},"2":{"opr":2,"dpr":1,"ccwm":1}}}`},
		"an event before its first match": {"opr", `{"cases":[{"event":"a","matches":[]}]}`, `{"a":{}}`},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errOut := output(t, c.file, "analytics", c.command, "-")
			if code != 0 || errOut != "" {
				t.Fatalf("exit %d: %s", code, errOut)
			}
			if c.command == "opr" {
				sameNumbers(t, out, c.want)
			} else if !strings.HasPrefix(out, c.want) {
				t.Errorf("got %s, want %s", out, c.want)
			}
		})
	}
}

// sameNumbers compares two results of least squares.
func sameNumbers(t *testing.T, got, want string) {
	t.Helper()
	round := func(raw string) string {
		var all map[string]map[string]map[string]float64
		decode(t, raw, &all)
		for _, teams := range all {
			for _, values := range teams {
				for name, x := range values {
					values[name] = math.Round(x*1e9) / 1e9
					if values[name] == 0 {
						values[name] = 0 // not -0
					}
				}
			}
		}
		rounded, err := json.Marshal(all)
		must(t, err)
		return string(rounded)
	}
	if round(got) != round(want) {
		t.Errorf("got %s, want %s", got, want)
	}
}

// What cannot be read is refused in words, with nothing on standard output.
func TestAnalyticsRefuses(t *testing.T) {
	const row = `{"columns":["red1","red2","blue1","blue2"],"rows":[[1,2,3,4]]}`
	for name, c := range map[string]struct {
		command, file, want string
	}{
		"no JSON":             {"opr", `{"cases":`, "is not JSON: unexpected end of JSON input, at byte 9"},
		"nothing":             {"backtest", "", "is not JSON"},
		"text after the end":  {"opr", `{"cases":[]}}`, "is not JSON"},
		"a list":              {"opr", `[]`, "has another layout"},
		"the other layout":    {"opr", row, `needs "cases"`},
		"and the other":       {"backtest", `{"cases":[]}`, `needs "columns" and "rows"`},
		"no event":            {"opr", `{"cases":[{"matches":[]}]}`, `case 1 needs "event" and "matches"`},
		"an event twice":      {"opr", `{"cases":[{"event":"a","matches":[]},{"event":"a","matches":[]}]}`, "the event a comes twice"},
		"no score":            {"opr", `{"cases":[{"event":"a","matches":[{"red":[1],"blue":[2],"redScore":3}]}]}`, `event a: match 1 needs "redScore" and "blueScore"`},
		"no total":            {"opr", `{"cases":[{"event":"a","matches":[{"red":[1],"blue":[2],"redScore":3,"blueScore":{"auto":1}}]}]}`, "match 1 needs"},
		"no total of red":     {"opr", `{"cases":[{"event":"a","matches":[{"red":[1],"blue":[2],"redScore":{"auto":1},"blueScore":3}]}]}`, "match 1 needs"},
		"no teams":            {"opr", `{"cases":[{"event":"a","matches":[{"redScore":3,"blueScore":4}]}]}`, `needs teams in "red" and "blue"`},
		"no team":             {"opr", `{"cases":[{"event":"a","matches":[{"red":[null],"blue":[2],"redScore":3,"blueScore":4}]}]}`, "null is no team"},
		"a score in words":    {"opr", `{"cases":[{"event":"a","matches":[{"red":[1],"blue":[2],"redScore":"three","blueScore":4}]}]}`, "has another layout"},
		"a column is missing": {"backtest", row, "row 1: there is no column redTotal"},
		"a short row":         {"backtest", strings.Replace(row, ",4]", "]", 1), "row 1 has 3 numbers, there are 4 columns"},
		"a hole":              {"backtest", strings.Replace(row, "[1,", "[null,", 1), "row 1: red1 is null"},
		"half a team":         {"backtest", strings.Replace(row, "[1,", "[1.5,", 1), "row 1: red1 is 1.5, which is no team number"},
		"a word in a row":     {"backtest", strings.Replace(row, "[1,", `["x",`, 1), "has another layout"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "input.json")
			must(t, os.WriteFile(path, []byte(c.file), 0o600))
			code, out, errOut := output(t, "", "analytics", c.command, path)
			if code != 1 || out != "" || !strings.Contains(errOut, c.want) || !strings.Contains(errOut, path) {
				t.Errorf("exit %d, output %q, error %q, want %q of %s", code, out, errOut, c.want, path)
			}
		})
	}
	for name, c := range map[string]struct {
		args []string
		code int
		want string
	}{
		"no file":     {[]string{"backtest", "/nowhere/season.json"}, 1, "/nowhere/season.json: no such file"},
		"a folder":    {[]string{"opr", os.TempDir()}, 1, "is a directory"},
		"no argument": {[]string{"backtest"}, 2, "<file>"},
		"no command":  {nil, 2, "expected one of"},
		"two files":   {[]string{"opr", "-", "-"}, 2, "unexpected argument"},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errOut := output(t, "", append([]string{"analytics"}, c.args...)...)
			if code != c.code || !strings.Contains(errOut, c.want) || strings.Contains(out, "{") {
				t.Errorf("exit %s, output %q, error %q, want %q", strconv.Itoa(code), out, errOut, c.want)
			}
		})
	}
}
