package fault

type Bare struct{} // want doc

// Good has a comment.
type Good struct{ Field int }

func (Good) Bare()  {} // want doc
func (*Good) bare() {}

// Fine has a comment.
func (Good) Fine() {}

type hidden struct{}

func (hidden) Open() {}

type (
	Grouped struct{} // want doc
	// Told has a comment.
	Told struct{}
)

func Function() {} // want doc

type list[T any] []T

func (list[T]) Len() int { return 0 }

// List is exported.
type List[K, V any] struct{}

func (*List[K, V]) Len() int { return 0 } // want doc

const Alone = 1 // want doc

// A comment above a group is enough.
const (
	One = iota
	Two
)

var (
	Three = 3 // a comment behind serves in a group

	Four, four = func() (int, int) { // want doc
		return 4, 4
	}()

	// Five has one.
	Five = 5
)

var private = Alone
