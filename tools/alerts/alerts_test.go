// Package alerts_test has Prometheus' own reader judge the alerts and the dashboard's
// questions. It is a module of its own, so that the program does not depend on Prometheus.
package alerts_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/promql/parser"
	"go.yaml.in/yaml/v3"
)

func TestAlerts(t *testing.T) {
	raw, err := os.ReadFile("../../deploy/prometheus/alerts.yml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Groups []struct {
			Name  string
			Rules []struct {
				Alert, Expr, For    string
				Labels, Annotations map[string]string
			}
		}
	}
	reader := yaml.NewDecoder(bytes.NewReader(raw))
	reader.KnownFields(true)
	if err := reader.Decode(&file); err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, group := range file.Groups {
		for _, rule := range group.Rules {
			if names[rule.Alert] {
				t.Errorf("two alerts are called %s", rule.Alert)
			}
			names[rule.Alert] = true
			if _, err := parser.NewParser(parser.Options{}).ParseExpr(rule.Expr); err != nil {
				t.Errorf("%s: %v", rule.Alert, err)
			}
			if _, err := model.ParseDuration(cmp.Or(rule.For, "0s")); err != nil {
				t.Errorf("%s: %v", rule.Alert, err)
			}
			if rule.Annotations["summary"] == "" || rule.Annotations["action"] == "" || rule.Labels["severity"] == "" {
				t.Errorf("%s does not say what is wrong, what to do and how bad it is", rule.Alert)
			}
		}
	}
	if len(names) < 10 {
		t.Errorf("%d alerts", len(names))
	}
	if _, err := parser.NewParser(parser.Options{}).ParseExpr("rat(up[5m]) > 0"); err == nil {
		t.Error("the control: a wrong question is taken")
	}
}

func TestDashboard(t *testing.T) {
	raw, err := os.ReadFile("../../deploy/grafana/ftcmetrics.json")
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(raw, &dashboard); err != nil {
		t.Fatal(err)
	}
	questions := 0
	for _, panel := range dashboard.Panels {
		for _, target := range panel.Targets {
			questions++
			if _, err := parser.NewParser(parser.Options{}).ParseExpr(strings.ReplaceAll(target.Expr, "$instance", ".*")); err != nil {
				t.Errorf("%s: %v", panel.Title, err)
			}
		}
	}
	if questions < 40 {
		t.Errorf("%d questions", questions)
	}
}
