package main

import "maps"

// examples are command lines for each command, by its path. They are in --help and in
// docs/cli.md; tests parse every one, and run all that can be run.
func examples() map[string]string {
	all := serverExamples()
	maps.Copy(all, realtimeExamples())
	maps.Copy(all, dataExamples())
	maps.Copy(all, otherExamples())
	return all
}

func serverExamples() map[string]string {
	return map[string]string{
		"serve": `
ftcmetrics                                          # database, hub and page on this machine
ftcmetrics serve --http-addr=127.0.0.1:8080
APP_ENV=production PUBLIC_URL=https://scouting.example.org ftcmetrics serve --http-addr=0.0.0.0:3001`,
		"hub": `
ftcmetrics hub
ftcmetrics hub --hub-addr=127.0.0.1:6002 --redis-url=redis://127.0.0.1:6379`,
		"demo": `
ftcmetrics demo
ftcmetrics demo --data-dir=/tmp/demo --once --speed=0`,
		"doctor": `
ftcmetrics doctor                                   # beside the server, with its environment
ftcmetrics doctor --json
ftcmetrics doctor --public-url=https://scouting.example.org --clock-url=https://www.example.org`,
		"config show": `
ftcmetrics config
ftcmetrics config show --json`,
		"config check": `
ftcmetrics config check
APP_ENV=production ftcmetrics config check --strict --json`,
		"migrate": `
ftcmetrics migrate
ftcmetrics migrate --status --json`,
		"owner create": `
ftcmetrics owner create --name="Coach"
TOKEN=$(ftcmetrics owner create --name="Coach")`,
		"token list": `
ftcmetrics token list
ftcmetrics token list --json`,
		"token create device": `
ftcmetrics token create device --team=019f0000-0000-7000-8000-000000000001 --label="Blue 1"`,
		"token create service": `
ftcmetrics token create service --name="Announcements"
TOKEN=$(ftcmetrics token create service --name="Pit display")`,
		"token revoke": `
ftcmetrics token revoke 019f0000-0000-7000-8000-000000000001
ftcmetrics token revoke - < leaked-token.txt`,
	}
}

func dataExamples() map[string]string {
	return map[string]string{
		"event import": `
ftcmetrics event import meet.json
ftcmetrics event import meet.json --json`,
		"season check": `
ftcmetrics season check scouting/seasons/2027.json
ftcmetrics season check 2026.json 2027.json --json`,
	}
}

func realtimeExamples() map[string]string {
	return map[string]string{
		"publish": `
ftcmetrics publish event-USNCRA notice '{"text":"Lunch until one"}'
ftcmetrics publish event-USNCRA notice - < notice.json
ftcmetrics publish --url=http://127.0.0.1:6001 chat message '"hello"'`,
		"tail": `
ftcmetrics tail event-USNCRA
ftcmetrics tail --since=0 --json -n 1 event-USNCRA match-USNCRA-12
ftcmetrics tail --url=https://scouting.example.org --token=$TOKEN private-team-019f0000-0000-7000-8000-000000000001
ftcmetrics tail --url=http://127.0.0.1:6001 -n 1 presence-pit     # signed with the app's secret, as a member of its own`,
		"sign": `
ftcmetrics sign GET '/channels?filter_by_prefix=presence-&info=user_count'
ftcmetrics sign POST /events '{"name":"notice","channel":"event-USNCRA","data":"{}"}' | sh`,
		"relay status": `
ftcmetrics relay status
ftcmetrics relay status --json`,
		"relay replay": `
ftcmetrics relay replay --id=7
ftcmetrics relay replay --all`,
		"relay forget": `
ftcmetrics relay forget soketi:ftcmetrics`,
		"log new-epoch": `
ftcmetrics log new-epoch`,
	}
}

func otherExamples() map[string]string {
	return map[string]string{
		"backup": `
ftcmetrics backup                                   # ftcmetrics-DATE.zip in this folder
ftcmetrics backup - | ssh box 'cat > ftcmetrics.zip'`,
		"restore": `
ftcmetrics restore ftcmetrics-2026-11-21-140530.zip
ftcmetrics restore ftcmetrics-2026-11-21-140530.zip --replace`,
		"analytics backtest": `
ftcmetrics analytics backtest season.json
gunzip -c season.json.gz | ftcmetrics analytics backtest -`,
		"analytics opr": `
ftcmetrics analytics opr events.json`,
		"completion": `
source <(ftcmetrics completion bash)
ftcmetrics completion zsh > ~/.zfunc/_ftcmetrics
ftcmetrics completion fish | source`,
	}
}
