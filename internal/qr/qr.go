// Package qr draws an address as a QR code, for a terminal and for a page: version 1 to 6,
// bytes, error correction M, which survives a scratched screen.
package qr

import (
	"errors"
	"fmt"
	"strings"
)

// Code is a QR code: modules[y][x] is true where it is dark.
type Code struct {
	modules [][]bool
	fixed   [][]bool // modules that are no data
}

// MaxBytes is the longest text that a code here holds.
const MaxBytes = 106

// layout is a version: data codewords of each of its equal blocks, and their check codewords.
type layout struct {
	blocks, data, check int
}

// layouts are versions 1 to 6 with error correction M.
var layouts = [...]layout{{1, 16, 10}, {1, 28, 16}, {1, 44, 26}, {2, 32, 18}, {2, 43, 24}, {4, 27, 16}}

var errLong = errors.New("too long for a QR code")

// New returns the smallest code that holds the text.
func New(text string) (*Code, error) {
	for i, l := range layouts {
		if len(text) > l.blocks*l.data-2 { // mode, length and end take 12 to 16 bits
			continue
		}
		c := blank(i + 1)
		c.place(l.codewords(text))
		c.mask()
		return c, nil
	}
	return nil, fmt.Errorf("%d bytes: %w", len(text), errLong)
}

// codewords are the text and its check codewords, block by block, interleaved.
func (l layout) codewords(text string) []byte {
	data := make([]byte, 0, l.blocks*l.data)
	// 0100 is the mode of bytes, then the length; from there on everything is shifted by four bits.
	data = append(data, 0x40|byte(len(text)>>4), byte(len(text)<<4))
	for i := range len(text) {
		data[len(data)-1] |= text[i] >> 4
		data = append(data, text[i]<<4)
	}
	for pad := byte(0xec); len(data) < cap(data); pad ^= 0xec ^ 0x11 {
		data = append(data, pad)
	}
	out := make([]byte, 0, l.blocks*(l.data+l.check))
	for i := range l.data {
		for b := range l.blocks {
			out = append(out, data[b*l.data+i])
		}
	}
	checks := make([][]byte, l.blocks)
	for b := range checks {
		checks[b] = remainder(data[b*l.data:(b+1)*l.data], l.check)
	}
	for i := range l.check {
		for _, check := range checks {
			out = append(out, check[i])
		}
	}
	return out
}

// multiply is multiplication in the field of 256 elements that QR codes use.
func multiply(a, b byte) byte {
	product := 0
	for i := 7; i >= 0; i-- {
		product <<= 1
		if product&0x100 != 0 {
			product ^= 0x11d
		}
		if b>>i&1 != 0 {
			product ^= int(a)
		}
	}
	return byte(product)
}

// remainder is that of the data, as a polynomial, by the generator of the degree.
func remainder(data []byte, degree int) []byte {
	generator := make([]byte, degree)
	generator[degree-1] = 1
	root := byte(1)
	for range degree {
		for j := range degree {
			generator[j] = multiply(generator[j], root)
			if j+1 < degree {
				generator[j] ^= generator[j+1]
			}
		}
		root = multiply(root, 2)
	}
	rest := make([]byte, degree)
	for _, b := range data {
		factor := b ^ rest[0]
		copy(rest, rest[1:])
		rest[degree-1] = 0
		for j := range rest {
			rest[j] ^= multiply(generator[j], factor)
		}
	}
	return rest
}

// blank is a code with its fixed patterns.
func blank(version int) *Code {
	n := 17 + 4*version
	c := &Code{modules: make([][]bool, n), fixed: make([][]bool, n)}
	for y := range n {
		c.modules[y], c.fixed[y] = make([]bool, n), make([]bool, n)
	}
	for i := range n { // timing
		c.fix(i, 6, i%2 == 0)
		c.fix(6, i, i%2 == 0)
	}
	for _, at := range [][2]int{{3, 3}, {n - 4, 3}, {3, n - 4}} { // finders with their margin
		for dy := -4; dy <= 4; dy++ {
			for dx := -4; dx <= 4; dx++ {
				far := max(dx, -dx, dy, -dy)
				c.fix(at[0]+dx, at[1]+dy, far != 2 && far != 4)
			}
		}
	}
	if version > 1 { // alignment
		for dy := -2; dy <= 2; dy++ {
			for dx := -2; dx <= 2; dx++ {
				c.fix(n-7+dx, n-7+dy, max(dx, -dx, dy, -dy) != 1)
			}
		}
	}
	c.format(0) // to keep its place
	return c
}

func (c *Code) fix(x, y int, dark bool) {
	if n := len(c.modules); x >= 0 && y >= 0 && x < n && y < n {
		c.modules[y][x], c.fixed[y][x] = dark, true
	}
}

// format writes the error correction M and the mask, twice.
func (c *Code) format(mask int) {
	rest := mask // M is 00
	for range 10 {
		rest = rest<<1 ^ rest>>9*0x537
	}
	bits := (mask<<10 | rest) ^ 0x5412
	bit := func(i int) bool { return bits>>i&1 != 0 }
	n := len(c.modules)
	for i := range 6 {
		c.fix(8, i, bit(i))
	}
	c.fix(8, 7, bit(6))
	c.fix(8, 8, bit(7))
	c.fix(7, 8, bit(8))
	for i := 9; i < 15; i++ {
		c.fix(14-i, 8, bit(i))
	}
	for i := range 8 {
		c.fix(n-1-i, 8, bit(i))
	}
	for i := 8; i < 15; i++ {
		c.fix(8, n-15+i, bit(i))
	}
	c.fix(8, n-8, true)
}

// place writes the codewords in columns of two, upwards and downwards by turns, from the
// right.
func (c *Code) place(codewords []byte) {
	n, i := len(c.modules), 0
	for right := n - 1; right >= 1; right -= 2 {
		if right == 6 {
			right = 5 // the timing's column
		}
		for step := range n {
			y := step
			if (right+1)&2 == 0 {
				y = n - 1 - step
			}
			for x := right; x > right-2; x-- {
				if !c.fixed[y][x] && i < 8*len(codewords) {
					c.modules[y][x] = codewords[i/8]>>(7-i%8)&1 != 0
					i++
				}
			}
		}
	}
}

// mask turns data over by the pattern that makes the code easiest to read.
func (c *Code) mask() {
	best, least := 0, -1
	for pattern := range 8 {
		c.turn(pattern)
		c.format(pattern)
		if p := c.penalty(); least < 0 || p < least {
			best, least = pattern, p
		}
		c.turn(pattern) // back
	}
	c.turn(best)
	c.format(best)
}

func (c *Code) turn(pattern int) {
	for y, row := range c.modules {
		for x := range row {
			if !c.fixed[y][x] && turns(pattern, x, y) {
				row[x] = !row[x]
			}
		}
	}
}

func turns(pattern, x, y int) bool {
	switch pattern {
	case 0:
		return (x+y)%2 == 0
	case 1:
		return y%2 == 0
	case 2:
		return x%3 == 0
	case 3:
		return (x+y)%3 == 0
	case 4:
		return (x/3+y/2)%2 == 0
	case 5:
		return x*y%2+x*y%3 == 0
	case 6:
		return (x*y%2+x*y%3)%2 == 0
	}
	return ((x+y)%2+x*y%3)%2 == 0
}

// penalty counts what makes a code hard to read: runs, squares and an uneven share of dark.
// The rule about patterns like a finder is left out; readers do without it.
func (c *Code) penalty() int {
	n, sum, dark := len(c.modules), 0, 0
	for y := range n {
		across, down := 0, 0
		for x := range n {
			across = run(x > 0 && c.modules[y][x] == c.modules[y][x-1], across, &sum)
			down = run(x > 0 && c.modules[x][y] == c.modules[x-1][y], down, &sum)
			if c.modules[y][x] {
				dark++
			}
			if x > 0 && y > 0 && c.modules[y][x] == c.modules[y][x-1] && c.modules[y][x] == c.modules[y-1][x] && c.modules[y][x] == c.modules[y-1][x-1] {
				sum += 3
			}
		}
	}
	uneven := 20*dark - 10*n*n
	return sum + max(uneven, -uneven)/(n*n)*10
}

func run(same bool, length int, sum *int) int {
	if !same {
		return 1
	}
	if length++; length == 5 {
		*sum += 3
	} else if length > 5 {
		*sum++
	}
	return length
}

// quiet is the light margin that readers need, in modules.
const quiet = 4

func (c *Code) dark(x, y int) bool {
	x, y = x-quiet, y-quiet
	return x >= 0 && y >= 0 && y < len(c.modules) && x < len(c.modules) && c.modules[y][x]
}

// Terminal draws the code with half blocks, two rows in a line. Light is drawn, dark is
// left, as terminals are dark; with colors it is black on white on any.
func (c *Code) Terminal(colors bool) string {
	var out strings.Builder
	n := len(c.modules) + 2*quiet
	for y := 0; y < n; y += 2 {
		if colors {
			out.WriteString("\x1b[97;40m")
		}
		for x := range n {
			upper, lower := !c.dark(x, y), y+1 < n && !c.dark(x, y+1)
			switch {
			case upper && lower:
				out.WriteRune('█')
			case upper:
				out.WriteRune('▀')
			case lower:
				out.WriteRune('▄')
			default:
				out.WriteByte(' ')
			}
		}
		if colors {
			out.WriteString("\x1b[0m")
		}
		out.WriteByte('\n')
	}
	return out.String()
}

// SVG draws the code as a picture, dark on white, that needs no style.
func (c *Code) SVG() string {
	var out strings.Builder
	n := len(c.modules) + 2*quiet
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h%dv%dH0z"/><path fill="#000" d="`, n, n, n, n)
	for y := range n {
		for x := range n {
			if c.dark(x, y) {
				fmt.Fprintf(&out, "M%d %dh1v1h-1z", x, y)
			}
		}
	}
	out.WriteString(`"/></svg>`)
	return out.String()
}
