package docs

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// What a search shows at most, and how much of a text.
const (
	maxFound   = 30
	maxExcerpt = 180 // runes
	maxWords   = 8   // of a question
)

// index finds sections by the beginnings of their words.
type index struct {
	words map[string]map[int]int // word -> section -> weight
	list  []string               // the words, sorted
	found []result               // the sections
	texts []string
}

// result is a section as the search shows it.
type result struct {
	URL, Page, Title, Excerpt string
}

// What a word weighs by where it stands.
const (
	inText  = 1
	inTitle = 20
	inPage  = 8
)

func (x *index) add(p *page) {
	if x.words == nil {
		x.words = map[string]map[int]int{}
	}
	for _, s := range p.sections {
		if s.Title == "" && strings.TrimSpace(s.text) == "" {
			continue
		}
		n := len(x.found)
		one := result{URL: "/docs/" + p.Path, Page: p.Title, Title: cmp.Or(s.Title, p.Title)}
		if s.ID != "" {
			one.URL += "#" + s.ID
		}
		x.found, x.texts = append(x.found, one), append(x.texts, strings.Join(strings.Fields(s.text), " "))
		x.count(n, s.text, inText)
		x.count(n, s.Title, inTitle)
		x.count(n, p.Title, inPage)
	}
}

func (x *index) count(n int, text string, weight int) {
	for _, word := range split(text) {
		if x.words[word] == nil {
			x.words[word] = map[int]int{}
		}
		x.words[word][n] = min(x.words[word][n]+weight, 3*inTitle)
	}
}

func (x *index) sort() {
	for word := range x.words {
		x.list = append(x.list, word)
	}
	slices.Sort(x.list)
}

// split returns the words of a text. Names such as LOG_LEVEL are one word, and several.
func split(text string) []string {
	letter := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	text = strings.ToLower(text)
	words := strings.FieldsFunc(text, func(r rune) bool { return !letter(r) })
	for _, whole := range strings.FieldsFunc(text, func(r rune) bool { return !letter(r) && r != '_' && r != '-' }) {
		if strings.ContainsAny(whole, "_-") {
			words = append(words, whole)
		}
	}
	return words
}

// find returns the sections that have all words of the question, the best first.
func (x *index) find(question string) []result {
	words := split(question)
	if len(words) > maxWords {
		words = words[:maxWords]
	}
	if len(words) == 0 {
		return nil
	}
	var weights map[int]int
	for _, word := range words {
		these := x.beginning(word)
		if weights == nil {
			weights = these
			continue
		}
		for n := range weights {
			if these[n] == 0 {
				delete(weights, n)
				continue
			}
			weights[n] += these[n]
		}
	}
	order := make([]int, 0, len(weights))
	for n := range weights {
		order = append(order, n)
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(weights[b], weights[a]), cmp.Compare(x.found[a].URL, x.found[b].URL))
	})
	found := make([]result, 0, min(len(order), maxFound))
	for _, n := range order[:min(len(order), maxFound)] {
		one := x.found[n]
		one.Excerpt = excerpt(x.texts[n], words)
		found = append(found, one)
	}
	return found
}

// beginning returns the weights of the sections with a word that begins so; whole words
// count twice.
func (x *index) beginning(start string) map[int]int {
	weights := map[int]int{}
	at, _ := slices.BinarySearch(x.list, start)
	for _, word := range x.list[at:] {
		if !strings.HasPrefix(word, start) {
			break
		}
		times := 1
		if word == start {
			times = 2
		}
		for n, weight := range x.words[word] {
			weights[n] += times * weight
		}
	}
	return weights
}

// excerpt is the part of a text around the first of the words.
func excerpt(text string, words []string) string {
	at := -1
	lower := strings.ToLower(text)
	for _, word := range words {
		if i := strings.Index(lower, word); i >= 0 && (at < 0 || i < at) {
			at = i
		}
	}
	before := 0
	if at > 60 && at < len(text) { // lower case may be of another length
		before = strings.LastIndexByte(text[:at-40], ' ') + 1
	}
	runes := []rune(strings.ToValidUTF8(text[before:], ""))
	part := string(runes[:min(len(runes), maxExcerpt)])
	if before > 0 {
		part = "... " + part
	}
	if len(runes) > maxExcerpt {
		part += " ..."
	}
	return part
}
