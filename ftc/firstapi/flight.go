package firstapi

import (
	"context"
	"sync"
)

// flights makes equal calls at the same time one. Unlike x/sync's singleflight it ends a
// call that nobody waits for any more, and no caller's context ends the call of another.
type flights struct {
	mu   sync.Mutex // guards open, and waiting of each flight
	open map[string]*flight
}

// flight is one call and those who wait for it.
type flight struct {
	waiting int
	cancel  context.CancelFunc
	done    chan struct{} // closed when answer and err are there
	answer  answer
	err     error
}

// do joins the call with the key, or begins it. The answer is shared: nobody may change it.
func (f *flights) do(ctx context.Context, key string, call func(context.Context) (answer, error)) (answer, error) {
	if err := ctx.Err(); err != nil {
		return answer{}, err
	}
	fl := f.join(ctx, key, call)
	select {
	case <-fl.done:
		return fl.answer, fl.err
	case <-ctx.Done():
		if f.leave(key, fl) {
			<-fl.done // soon, since its context has ended
		}
		return answer{}, ctx.Err()
	}
}

func (f *flights) join(ctx context.Context, key string, call func(context.Context) (answer, error)) *flight {
	f.mu.Lock()
	defer f.mu.Unlock()
	fl := f.open[key]
	if fl == nil {
		shared, cancel := context.WithCancel(context.WithoutCancel(ctx))
		fl = &flight{cancel: cancel, done: make(chan struct{})}
		f.open[key] = fl
		go func() {
			defer close(fl.done)
			defer cancel()
			fl.answer, fl.err = call(shared)
			f.forget(key, fl)
		}()
	}
	fl.waiting++
	return fl
}

// leave reports whether the caller was the last one, and ends the call then.
func (f *flights) leave(key string, fl *flight) bool {
	f.mu.Lock()
	fl.waiting--
	last := fl.waiting == 0
	if last && f.open[key] == fl {
		delete(f.open, key) // who comes now begins anew
	}
	f.mu.Unlock()
	if last {
		fl.cancel()
	}
	return last
}

func (f *flights) forget(key string, fl *flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.open[key] == fl {
		delete(f.open, key)
	}
}
