package docs

import (
	"bytes"
	"errors"
	"html/template"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
)

// page is one document.
type page struct {
	Path     string // below /docs/
	Title    string
	HTML     template.HTML
	Contents []section // of the second level, for the list at its top
	sections []section // all, for the search
}

// section is a heading and what is below it.
type section struct {
	ID, Title string
	text      string
}

// render makes a page of a document. known are the addresses that links may lead to.
func render(name string, source []byte, known map[string][]byte) (*page, error) {
	markdown := goldmark.New(
		goldmark.WithExtensions(extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)), extension.Strikethrough),
		goldmark.WithParserOptions(parser.WithAutoHeadingID()),
		goldmark.WithRendererOptions(html.WithUnsafe()), // the documents are ours
	)
	root := markdown.Parser().Parse(text.NewReader(source), parser.WithContext(parser.NewContext(parser.WithIDs(&anchors{taken: map[string]int{}}))))
	p := &page{Path: address(name)}
	if err := lead(root, name, source, known); err != nil {
		return nil, err
	}
	p.divide(root, source)
	if p.Title == "" {
		return nil, errors.New("has no heading of the first level")
	}
	var out bytes.Buffer
	if err := markdown.Renderer().Render(&out, source, root); err != nil {
		return nil, err
	}
	// What may be wider than a phone scrolls by itself, also with keys.
	fit := strings.NewReplacer(`src="docs/pictures/`, `src="/docs/pictures/`, `src="pictures/`, `src="/docs/pictures/`,
		"<pre>", `<pre tabindex="0">`, "<table>", `<div class="wide" tabindex="0"><table>`, "</table>", "</table></div>")
	p.HTML = template.HTML(fit.Replace(out.String())) //nolint:gosec // the documents are ours
	return p, nil
}

// lead has links lead to the pages here. What is not shown here, such as source code, is
// named without a link.
func lead(root ast.Node, name string, source []byte, known map[string][]byte) error {
	var away []*ast.Link
	err := ast.Walk(root, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := node.(type) {
		case *ast.Image:
			n.Destination = []byte("/docs/" + address(path.Join(path.Dir(name), string(n.Destination))))
		case *ast.Link:
			if to, ok := target(name, string(n.Destination), known); ok {
				n.Destination = []byte(to)
			} else {
				away = append(away, n)
			}
		}
		return ast.WalkContinue, nil
	})
	for _, link := range away {
		for child := link.FirstChild(); child != nil; {
			next := child.NextSibling()
			link.Parent().InsertBefore(link.Parent(), link, child)
			child = next
		}
		link.Parent().RemoveChild(link.Parent(), link)
	}
	return err
}

// target is where a link of a document leads here; false if nowhere.
func target(from, link string, known map[string][]byte) (string, bool) {
	if strings.Contains(link, "://") || strings.HasPrefix(link, "mailto:") || strings.HasPrefix(link, "#") {
		return link, true
	}
	file, fragment, _ := strings.Cut(link, "#")
	at := address(path.Join(path.Dir(from), file))
	raw := at
	if path.Ext(file) == ".md" {
		raw += ".md"
	}
	if known[raw] == nil {
		return "", false
	}
	if fragment != "" {
		fragment = "#" + fragment
	}
	return "/docs/" + at + fragment, true
}

// divide notes the page's title and its sections.
func (p *page) divide(root ast.Node, source []byte) {
	current := section{}
	var words bytes.Buffer
	end := func() {
		current.text = words.String()
		p.sections = append(p.sections, current)
		words.Reset()
	}
	for node := root.FirstChild(); node != nil; node = node.NextSibling() {
		heading, ok := node.(*ast.Heading)
		if !ok {
			words.WriteString(plain(node, source) + " ")
			continue
		}
		end()
		id, _ := heading.AttributeString("id")
		raw, _ := id.([]byte)
		current = section{ID: string(raw), Title: strings.TrimSpace(plain(heading, source))}
		switch {
		case p.Title == "":
			p.Title = current.Title
		case heading.Level == 2:
			p.Contents = append(p.Contents, current)
		}
	}
	end()
}

// plain is what a node says, without markup.
func plain(node ast.Node, source []byte) string {
	var out strings.Builder
	_ = ast.Walk(node, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // it returns no error
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Text:
			out.Write(n.Segment.Value(source))
			if n.SoftLineBreak() || n.HardLineBreak() {
				out.WriteByte(' ')
			}
		case *ast.String:
			out.Write(n.Value)
		case *ast.CodeBlock, *ast.FencedCodeBlock:
			for i := range n.Lines().Len() {
				line := n.Lines().At(i)
				out.Write(line.Value(source))
			}
		}
		if n.Type() == ast.TypeBlock {
			out.WriteByte(' ')
		}
		return ast.WalkContinue, nil
	})
	return out.String()
}

// anchors names headings as the places do where people read the repository, so that a link
// is right in both.
type anchors struct {
	taken map[string]int
}

var noSlug = regexp.MustCompile(`[^a-z0-9 _-]`)

// Generate implements parser.IDs.
func (a *anchors) Generate(value []byte, _ ast.NodeKind) []byte {
	slug := strings.ReplaceAll(noSlug.ReplaceAllString(strings.ToLower(string(value)), ""), " ", "-")
	n := a.taken[slug]
	a.taken[slug]++
	if n > 0 {
		slug += "-" + strconv.Itoa(n)
	}
	return []byte(slug)
}

// Put implements parser.IDs.
func (a *anchors) Put(value []byte) { a.taken[string(value)]++ }
