package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Run prints a script made of the commands and flags that there are.
func (c *completionCommand) Run(in *invocation) error {
	words := completions(in.parsed.Model.Node)
	text := map[string]func([]completed) string{"bash": bashScript, "zsh": zshScript, "fish": fishScript}[c.Shell](words)
	_, err := fmt.Fprint(in.out, text)
	return err
}

// completed is what may come after some words of the command line.
type completed struct {
	path  string // the words, such as "config check"; "" is the program
	next  []completedWord
	files bool // a file may come
}

type completedWord struct{ word, help string }

// completions are those of a node and of all below it.
func completions(node *kong.Node) []completed {
	c := completed{path: node.Path()}
	for _, child := range node.Children {
		if !child.Hidden {
			c.next = append(c.next, completedWord{child.Name, child.Help})
		}
	}
	for _, group := range node.AllFlags(true) {
		for _, flag := range group {
			c.next = append(c.next, completedWord{"--" + flag.Name, flag.Help})
		}
	}
	for _, arg := range node.Positional {
		c.files = c.files || arg.Name == "file"
		for _, word := range arg.EnumSlice() {
			if word != "" {
				c.next = append(c.next, completedWord{word, arg.Help})
			}
		}
	}
	list := []completed{c}
	for _, child := range node.Children {
		if !child.Hidden {
			list = append(list, completions(child)...)
		}
	}
	return list
}

func (c completed) words() string {
	var words []string
	for _, w := range c.next {
		words = append(words, w.word)
	}
	return strings.Join(words, " ")
}

// groups are the paths of commands that have commands below them.
func groups(list []completed) string {
	var paths []string
	for _, c := range list {
		below := slices.ContainsFunc(list, func(other completed) bool { return strings.HasPrefix(other.path, c.path+" ") })
		if below && c.path != "" {
			paths = append(paths, quoteShell(c.path))
		}
	}
	return strings.Join(paths, "|")
}

// branches are the arms of a case that sets choices, and files to 1 where a file may come.
func branches(list []completed, indent string) string {
	var b strings.Builder
	for _, c := range list {
		files := ""
		if c.files {
			files = " files=1"
		}
		fmt.Fprintf(&b, "%s%s) choices=%s%s ;;\n", indent, quoteShell(c.path), quoteShell(c.words()), files)
	}
	return b.String()
}

// pathOf is shell code that finds the command among the words before the cursor: the words
// that are no flags, as long as there is a command of that name.
func pathOf(list []completed, array, first, last string) string {
	return `    local cmd= word i choices= files=
    for ((i = ` + first + `; i < ` + last + `; i++)); do
        word=${` + array + `[i]}
        case $word in -*) continue ;; esac
        case "${cmd:+$cmd }$word" in
` + arms(list, "            ") + `        esac
        case $cmd in ` + groups(list) + `) ;; ?*) break ;; esac
    done
    case $cmd in
` + branches(list, "        ") + `    esac
`
}

// arms extend cmd by a word where that is a command.
func arms(list []completed, indent string) string {
	var paths []string
	for _, c := range list {
		if c.path != "" {
			paths = append(paths, quoteShell(c.path))
		}
	}
	return indent + strings.Join(paths, "|") + `) cmd="${cmd:+$cmd }$word" ;;` + "\n"
}

func bashScript(list []completed) string {
	return `# bash completion of ftcmetrics; load it with: source <(ftcmetrics completion bash)
_ftcmetrics() {
    local cur=${COMP_WORDS[COMP_CWORD]}
` + pathOf(list, "COMP_WORDS", "1", "COMP_CWORD") + `    COMPREPLY=($(compgen -W "$choices" -- "$cur"))
    if [[ -n $files && $cur != -* ]]; then COMPREPLY+=($(compgen -f -- "$cur")); fi
}
complete -o filenames -F _ftcmetrics ftcmetrics
`
}

func zshScript(list []completed) string {
	return `#compdef ftcmetrics
# zsh completion of ftcmetrics; put it into a folder of $fpath as _ftcmetrics, or load it with: source <(ftcmetrics completion zsh)
_ftcmetrics() {
    local cur=${words[CURRENT]} line=("${words[@]}")
` + pathOf(list, "line", "2", "CURRENT") + `    compadd -- ${=choices}
    if [[ -n $files && $cur != -* ]]; then _files; fi
}
if [ "$funcstack[1]" = "_ftcmetrics" ]; then _ftcmetrics "$@"; else compdef _ftcmetrics ftcmetrics; fi
`
}

func fishScript(list []completed) string {
	var b strings.Builder
	b.WriteString("# fish completion of ftcmetrics; load it with: ftcmetrics completion fish | source\n")
	b.WriteString(`function __ftcmetrics_at
    set -l path
    for word in (commandline -opc)[2..-1]
        string match -q -- '-*' $word; and continue
        contains -- "$path $word" ` + fishPaths(list) + `; or break
        set path "$path $word"
    end
    test "$path" = "$argv[1]"
end
`)
	for _, c := range list {
		condition := "__ftcmetrics_at " + quoteFish(strings.TrimRight(" "+c.path, " "))
		files := " -f"
		if c.files {
			files = ""
		}
		for _, w := range c.next {
			kind := " -a " + quoteFish(w.word)
			if name, ok := strings.CutPrefix(w.word, "--"); ok {
				kind = " -l " + name
			}
			fmt.Fprintf(&b, "complete -c ftcmetrics%s -n %s%s -d %s\n", files, quoteFish(condition), kind, quoteFish(w.help))
		}
	}
	return b.String()
}

func fishPaths(list []completed) string {
	var paths []string
	for _, c := range list {
		if c.path != "" {
			paths = append(paths, quoteFish(" "+c.path))
		}
	}
	return strings.Join(paths, " ")
}

// quoteFish makes one word of the text, for fish.
func quoteFish(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(text) + "'"
}
