package pgembed

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// launcher is Start with what tests replace.
type launcher struct {
	finder   finder
	fallback string              // where root's cluster goes when nobody else can reach Dir; nowhere if empty
	allow    func(identity) bool // nil allows every identity
}

// home is where and as whom a cluster runs.
type home struct {
	data   string // the cluster, without symbolic links
	socket string // folder of the socket
	bin    programs
	who    identity
	fresh  bool   // there is no cluster in data yet
	link   string // a symbolic link to leave to data, if not empty
}

func (l launcher) start(ctx context.Context, o Options) (*Server, error) {
	begun := time.Now()
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	f, err := lockFolder(o.Dir)
	if err != nil {
		return nil, err
	}
	s, err := l.launch(ctx, o, f)
	if err != nil {
		return nil, errors.Join(err, f.release())
	}
	o.Logger.Info("PostgreSQL is ready", "version", s.home.bin.version, "folder", s.home.data,
		"as", s.home.who.String(), "new", s.home.fresh, "took", time.Since(begun).Round(time.Millisecond))
	return s, nil
}

// launch does everything between taking the folder's lock and giving it to the server.
func (l launcher) launch(ctx context.Context, o Options, f folder) (_ *Server, err error) {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	h, err := l.settle(ctx, o)
	if err != nil {
		return nil, err
	}
	if h.socket, err = socketFolder(h); err != nil {
		return nil, err
	}
	if err := h.clear(o.Logger); err != nil {
		return nil, err
	}
	if h.fresh {
		if err := h.initialize(ctx, o); err != nil {
			return nil, err
		}
	}
	// Only now: a link to a cluster that was never finished would be taken for a lost one.
	if h.link != "" {
		if err := os.Symlink(h.data, h.link); err != nil {
			return nil, fmt.Errorf("leave a link to the database: %w", err)
		}
	}
	pm, err := launchPostmaster(h, o)
	if err != nil {
		return nil, err
	}
	s := &Server{folder: f, home: h, database: o.Database, log: o.Logger, pm: pm, done: make(chan struct{})}
	go s.watch()
	err = pm.awaitReady(ctx)
	if err == nil {
		err = ensureDatabase(ctx, h.socket, o.Database)
	}
	if err == nil {
		err = f.announce(s.URL())
	}
	if err != nil {
		pm.stopping.Store(true)
		endCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), quitLimit)
		defer cancel()
		err = errors.Join(err, pm.end(endCtx))
		<-s.done
		return nil, err
	}
	return s, nil
}

// settle decides which programs run the cluster, where, and as whom.
func (l launcher) settle(ctx context.Context, o Options) (home, error) {
	c, err := lookAt(filepath.Join(o.Dir, "pg"))
	if err != nil {
		return home{}, err
	}
	bin, err := l.finder.find(ctx, c, o.CacheDir, o.Logger)
	if err != nil {
		return home{}, err
	}
	who, refused := l.firstAble(ctx, bin, c)
	if refused == nil {
		return home{data: c.path, bin: bin, who: who, fresh: !c.exists}, nil
	}
	if os.Geteuid() == 0 && c.exists && c.path != filepath.Join(o.Dir, "pg") {
		if h, err := l.settleBeside(ctx, o, c); err == nil {
			return h, nil
		}
	}
	if os.Geteuid() != 0 || c.exists || l.fallback == "" {
		return home{}, fmt.Errorf("run PostgreSQL in %s: %w", c.path, refused)
	}
	return l.settleElsewhere(ctx, o, bin, refused)
}

// settleBeside runs a cluster with programs that are kept beside it, because those in the
// cache are where only root can reach them.
func (l launcher) settleBeside(ctx context.Context, o Options, c cluster) (home, error) {
	bin, err := l.finder.find(ctx, c, filepath.Join(filepath.Dir(c.path), "cache"), o.Logger)
	if err != nil {
		return home{}, err
	}
	who, err := l.firstAble(ctx, bin, c)
	return home{data: c.path, bin: bin, who: who, fresh: !c.exists}, err
}

// settleElsewhere puts a new cluster of root under the fallback folder and leaves a symbolic
// link, by which every later start finds it.
func (l launcher) settleElsewhere(ctx context.Context, o Options, bin programs, refused error) (home, error) {
	root := filepath.Join(l.fallback, filepath.Base(o.Dir)+"-"+shortHash(o.Dir))
	if err := os.MkdirAll(root, 0o711); err != nil {
		return home{}, fmt.Errorf("make a folder that PostgreSQL can reach: %w", errors.Join(err, refused))
	}
	c, err := lookAt(filepath.Join(root, "pg"))
	if err != nil {
		return home{}, err
	}
	who, err := l.firstAble(ctx, bin, c)
	h := home{data: c.path, bin: bin, who: who, fresh: !c.exists}
	if err != nil { // the programs may be what cannot be reached
		if h, err = l.settleBeside(ctx, o, c); err != nil {
			return home{}, fmt.Errorf("run PostgreSQL in %s: %w", c.path, errors.Join(err, refused))
		}
	}
	o.Logger.Warn("root may not run PostgreSQL, and no other user can reach the data folder: the database is kept elsewhere",
		"folder", c.path, "wanted", filepath.Join(o.Dir, "pg"), "reason", refused)
	h.link = filepath.Join(o.Dir, "pg")
	return h, nil
}

// firstAble returns the first identity that can run the programs beside the cluster.
func (l launcher) firstAble(ctx context.Context, bin programs, c cluster) (identity, error) {
	var refused error
	for _, who := range identities(c) {
		if l.allow != nil && !l.allow(who) {
			refused = errors.Join(refused, fmt.Errorf("%s is not allowed", who))
			continue
		}
		err := who.probe(ctx, bin, filepath.Dir(c.path))
		if err == nil {
			return who, nil
		}
		refused = errors.Join(refused, err)
	}
	if refused == nil {
		refused = fmt.Errorf("the database in %s belongs to user %d, and only that user and root can run it", c.path, c.uid)
	}
	return identity{}, refused
}
